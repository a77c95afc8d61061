import { z } from 'zod';
import { bool, int } from './section.ts';

export const scalingAdvice = z
  .strictObject({
    enabled: bool(true, 'Advise on guests that are too large or too small for what they do; nothing is resized.'),
    max_per_run: int(20, 1, 100, 'Most changes of advice that one run tells, the most urgent first.'),
  })
  .prefault({});
