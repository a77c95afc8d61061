import { z } from 'zod';
import { bool, float, int } from './section.ts';

export const intelligentMigrations = z
  .strictObject({
    enabled: bool(false, 'Master toggle for the persistence filter.'),
    observation_periods: int(3, 2, 10, 'Consecutive runs in which a recommendation must appear.'),
    observation_window_hours: float(
      1,
      1,
      48,
      'Greatest age at which an observation still counts, hours; half a check interval more, for runs are a little late.',
    ),
    minimum_data_collection_hours: float(
      0,
      0,
      48,
      'Hours that the cluster must have been watched before anything moves.',
    ),
    risk_gating_enabled: bool(false, 'Ask more confidence of high-risk migrations.'),
    risk_confidence_multiplier: float(1.2, 1, 2, 'Factor on the confidence threshold for high-risk migrations.'),
    trend_awareness_enabled: bool(false, 'Defer while the load of the source falls by itself.'),
    outcome_learning_enabled: bool(false, 'Filter pairs of nodes between which migrations turned out badly.'),
    pattern_suppression_enabled: bool(
      false,
      'Defer during the learned peak hours of source or target (by weekday once two weeks show that weekdays differ) or of a cyclical guest; not while the source is above its safety cap.',
    ),
    cost_benefit_enabled: bool(false, 'Filter migrations whose benefit does not pay their cost.'),
    min_cost_benefit_ratio: float(1, 0.5, 5, 'Least ratio of benefit to cost.'),
    cycle_detection_enabled: bool(true, 'Filter moves that close a circle of three or more nodes.'),
    cycle_window_hours: int(48, 12, 168, 'Hours in which moves count towards a circle.'),
    guest_success_tracking_enabled: bool(false, 'Filter or rank lower guests whose migrations turned out badly.'),
    counterfactual_learning_enabled: bool(
      false,
      'Judge moves that were held back as well, as if they had been made, and let that count towards confidence.',
    ),
  })
  .prefault({});
