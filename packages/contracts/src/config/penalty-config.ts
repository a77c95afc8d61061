import { z } from 'zod';
import { bool, float } from './section.ts';

export const penaltyConfig = z
  .strictObject({
    cluster_convergence_threshold: float(
      8,
      1,
      20,
      'Spread of node penalties, in points, up to which nothing is recommended.',
    ),
    seasonal_baseline: z
      .strictObject({
        enabled: bool(false, 'Compare each node with what is usual for it at this hour of the day.'),
        sigma_threshold: float(2, 1, 5, 'Standard deviations beyond which a reading is unusual.'),
      })
      .prefault({}),
    min_score_improvement: float(15, 0.1, 100, 'Penalty points that a move must bring to the two nodes together.'),
    newcomer_markup: float(
      0,
      0,
      10,
      'Times as much more that a move must bring of a load that was seen for one hour only; of two hours half of that, and so on.',
    ),
    weight_current: float(0.5, 0, 1, 'Weight of the load now; the three weights are renormalised to 1.'),
    weight_24h: float(0.3, 0, 1, 'Weight of the mean of the last 24 hours.'),
    weight_7d: float(0.2, 0, 1, 'Weight of the mean of the last 7 days.'),
    weight_cpu: float(1, 0, 5, 'Price of the CPU part.'),
    weight_memory: float(1, 0, 5, 'Price of the memory part.'),
    weight_iowait: float(0.3, 0, 5, 'Price of the IO wait part.'),
    weight_pressure: float(0.3, 0, 5, 'Price of the part for pressure stall information (PVE 9).'),
    weight_trend: float(0.2, 0, 5, 'Price of a rising trend.'),
    weight_spikes: float(0.2, 0, 5, 'Price of spikes above the mean.'),
    weight_overcommit: float(0.1, 0, 5, 'Price of memory assigned beyond what a node has.'),
  })
  .prefault({});
