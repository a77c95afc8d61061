import type {
  Approval,
  Automation,
  Config,
  DataOf,
  DecisionAction,
  GuestMove,
  GuestProfile,
  GuestSample,
  JudgedMove,
  NodeScore,
  Recommendation,
  recommendationsGenerated,
  recommendationTracking,
  ValueOf,
} from '@evenkeel/contracts';
import type { Placement, Residences, RuleContext } from '@evenkeel/model';
import type { Answers } from './answers.ts';
import type { Loads } from './loads.ts';

export type Generated = DataOf<typeof recommendationsGenerated>;
export type Tracking = ValueOf<typeof recommendationTracking>;

/** One recommended move with what the run knows of its guest; guest and profile are absent where the run could not say. */
export type Candidate = {
  recommendation: Recommendation;
  guest: GuestSample | undefined;
  profile: GuestProfile | undefined;
  /** Its recommendation and those that go with it or not at all, in the order in which they were planned. */
  unit?: readonly Recommendation[];
};

/** All that filters may ask, complete before the first of them runs; accepted moves of the run are already applied. */
export type FilterContext = {
  /** Epoch milliseconds, cluster time. */
  now: number;
  config: Config;
  /** IANA zone in which the cluster's hours of the day are learned. */
  timezone: string;
  run: Omit<
    Generated,
    'recommendations' | 'guests' | 'profiles' | 'scores' | 'placements' | 'identities' | 'residences'
  >;
  /** The rules of the cluster, with the nodes and the guests concerned as they are. */
  rules: RuleContext;
  scores: ReadonlyMap<string, NodeScore>;
  /** Node by guest, moves in flight and accepted moves of this run included. */
  placements: Placement;
  /** Predicted load by node, moves in flight and accepted moves of this run included. */
  loads: Loads;
  /** Bytes assigned by node, like `loads`; undefined where the run did not say. */
  assigned: ReadonlyMap<string, number> | undefined;
  /** Memory guest by guest, like `loads`; undefined where the run did not say. */
  residences: Residences | undefined;
  /** Own migrations that have not ended. */
  in_flight: readonly Approval[];
  /** Target that this run has accepted, by guest. */
  accepted: ReadonlyMap<string, string>;
  /** Oldest first, by guest. */
  moves: ReadonlyMap<string, readonly GuestMove[]>;
  /** By `source>target`. */
  pairs: ReadonlyMap<string, readonly JudgedMove[]>;
  /** By guest. */
  outcomes: ReadonlyMap<string, readonly JudgedMove[]>;
  tracking: Tracking;
  /** The migration that failed last, where it counts. */
  last_failure: Approval | undefined;
  /** What people have asked of the cluster. */
  automation: Automation;
  /** What people said to proposed moves. */
  answers: Answers;
};

export type Verdict =
  | { result: 'passed'; reason: string }
  | { result: 'failed'; action: DecisionAction; reason: string };

/** May this candidate go on? Pure; asks for nothing that is not in the context. */
export type Filter = (candidate: Candidate, context: FilterContext) => Verdict;

export const passed = (reason: string): Verdict => ({ result: 'passed', reason });
export const filtered = (reason: string): Verdict => ({ result: 'failed', action: 'filtered', reason });
export const deferred = (reason: string): Verdict => ({ result: 'failed', action: 'deferred', reason });
export const observing = (reason: string): Verdict => ({ result: 'failed', action: 'observing', reason });
