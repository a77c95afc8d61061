import type { Ledger } from '@evenkeel/bus';
import type { Automation, Config } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Reach } from './ask-guest.ts';
import type { Execution } from './execution.ts';
import type { Patience } from './reconcile.ts';
import type { Watch } from './watch.ts';

/** The outside of the executor: everything that it reads and changes in the world. */
export type Outside = {
  cluster: string;
  /** With what people have asked of the cluster laid over. */
  config: Config;
  /** By whom and why the cluster is paused, where it is. */
  pause: string | null;
  /** What people have asked of the cluster. */
  automation: Automation;
  /** False where nothing could be said of what begins: what has begun goes on. */
  begins: boolean;
  ledger: Ledger;
  proxmox: Proxmox;
  watch: Watch;
  patience: Patience;
  /** Whether a TCP port accepts a connection, or a ping is answered. */
  reach: Reach;
  /** Machine time, milliseconds. */
  monotonic: () => number;
};

/** A migration as the ledger had it, with the revision by which it may be changed. */
export type Entry = { execution: Execution; revision: number };
