import type { Config, Counterfactual } from '@evenkeel/contracts';
import { proposeSettings } from './propose-settings.ts';
import { sayHeldBack } from './say-held-back.ts';
import { summarizeHeldBack } from './summarize-held-back.ts';

/** What `evenkeel outcomes --held-back` says of these. */
export const heldBackText = (judged: readonly Counterfactual[], config: Config): string =>
  sayHeldBack(summarizeHeldBack(judged, config), proposeSettings(judged, config));
