import type {
  ClusterSample,
  Config,
  Convergence,
  GuestProfile,
  NodeScore,
  RecommenderMemory,
} from '@evenkeel/contracts';
import { capsOf, millis, planState, risesOf, ruleContext } from '@evenkeel/model';
import { type Calibration, calibrate } from './confidence.ts';
import { gainWidths } from './gain-width.ts';
import { lastingHours, type Planning } from './planned-move.ts';
import { calibrationPoints } from './remember-held.ts';

export type RecommendInput = {
  sample: ClusterSample;
  profiles: GuestProfile[];
  scores: NodeScore[];
  convergence: Convergence;
  config: Config;
  memory: RecommenderMemory;
};

/** A run and all that it plans with. */
export type Run = {
  input: RecommendInput;
  planning: Planning;
  profiles: ReadonlyMap<string, GuestProfile>;
  calibration: Calibration;
  /** How many times as wide as computed the interval of what a guest's move brings is told. */
  gainWidth: ReturnType<typeof gainWidths>;
};

/** Hours for which the benefit of moving a guest counts. */
export const hoursOf = ({ planning, profiles }: Run, guest: number): number =>
  lastingHours(planning, profiles.get(planning.state.guests[guest]!.sample.guest)?.window_hours ?? 0);

export const runId = (sample: ClusterSample): string => sample.run?.run_id ?? `sample-${sample.sequence}`;

/** The state from which a run plans; guests that are moving already are not planned with. */
export function startRun(input: RecommendInput): Run {
  const { sample, profiles, scores, config, memory } = input;
  const state = planState(sample, profiles, config, risesOf(scores));
  const moving = sample.running_migrations.flatMap((m) => state.guestIndex.get(m.guest) ?? []);
  const planning: Planning = {
    state,
    ctx: ruleContext(sample, config),
    config,
    caps: capsOf(config),
    memory,
    taken: new Set(moving),
    limit: sample.migration_limit,
  };
  const judged = calibrationPoints(memory, millis(sample.at), config.intelligent_migrations);
  return {
    input,
    planning,
    profiles: new Map(profiles.map((p) => [p.guest, p])),
    calibration: calibrate(judged),
    gainWidth: gainWidths(judged),
  };
}
