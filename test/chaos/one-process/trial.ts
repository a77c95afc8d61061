import type { FaultInput } from '@evenkeel/simulator';

/** The nth passing of a point, or of any point where none is named; counted over all replicas. */
export type Moment = { point?: string; nth: number };

/** One thing that goes wrong, seconds after the beginning where it says no moment. */
export type Trouble =
  | { do: 'kill'; at: Moment; down_s: number }
  | { do: 'stop'; at: Moment; for_s: number }
  /** Something of the simulated cluster, see its README. */
  | { do: 'fault'; fault: FaultInput }
  /** An approval is delivered once more. */
  | { do: 'repeat'; approval: number; after_s: number }
  /** The store loses all, or what came in its last second. */
  | { do: 'forget'; what: 'all' | 'last second'; after_s: number }
  /** What does not answer to anybody, or only to writes. */
  | { do: 'outage'; of: 'bus' | 'store'; only?: 'writes'; after_s: number; for_s: number }
  /** Publishing for the nth time is refused, or carried out and not answered. */
  | { do: 'publish'; nth: number; how: 'refused' | 'unanswered' }
  /** For a while, so many percent of what Proxmox answers are garbled. */
  | { do: 'garble'; percent: number; after_s: number; for_s: number }
  | { do: 'pause' | 'observe' | 'resume'; after_s: number }
  /** The clock of a replica's machine is off from then on, and runs fast by so many percent, or slow; the cluster's and the approver's are right. */
  | { do: 'clock'; replica: number; off_s: number; fast_percent?: number; after_s: number }
  /** A message that nobody can make sense of. */
  | { do: 'poison'; how: 'no data' | 'unknown type' | 'unknown version' | 'wrong data'; after_s: number }
  /** A message of one of two streams whose handler throws, however often it is tried. */
  | { do: 'stumble'; in: 'decisions' | 'telemetry'; after_s: number };

/** What is approved, when it is told to the executors, and how old it is then. */
export type Approval = {
  vmid: number;
  from: string;
  to: string;
  after_s: number;
  /** Seconds by which it is told late. */
  late_s?: number;
  expires_s?: number;
  /** Age of the sample that it was decided on, when it was decided. */
  sampled_s?: number;
  /** Guests that a rule binds it to, and that go along. */
  companions?: number[];
};

/** A course of things: the same trial always goes the same. */
export type Trial = {
  seed: number;
  replicas: number;
  approvals: Approval[];
  troubles: Trouble[];
  /** Approvals come with steps, checks and conditions of a way back, as real ones do. */
  plans?: boolean;
  /** Guests that go along are under HA, and a rule of HA binds them: one request moves all. */
  by_ha?: boolean;
  /** After a failure nothing more may start. */
  aborts?: boolean;
};
