import type { MigrateOptions } from '@evenkeel/proxmox';
import type { Approved, Claimed, Execution, Running, Starting } from './execution.ts';

/** What is to be done next with an execution; the shell does it, and nothing else. */
export type Step =
  /** `key` is what it needs and another holds; of slots, the prefix of all. */
  | { do: 'wait'; reason: string; key?: string }
  /** Write the next state. */
  | { do: 'put'; next: Execution }
  /** Take these keys in this order; with all of them, write the next state. */
  | { do: 'claim'; keys: string[]; next: Execution }
  /** Bind the approvals that HA will carry out upon the same request, and hold each guest that it takes along; with all of them, write the next state. */
  | { do: 'join'; followers: { next: Approved; revision: number }[]; keys: string[]; next: Claimed }
  /** Write the intent; only who succeeds sends the request, once. */
  | { do: 'post'; next: Starting; options: MigrateOptions }
  /** Write that it is to be stopped, then ask Proxmox to. */
  | { do: 'stop'; next: Running }
  /** Its terminal event is said: leave a tombstone, let go of what it holds, forget it. */
  | { do: 'finish' }
  /** It was over long ago and has been approved to us once more: forget it. */
  | { do: 'drop' };

export const wait = (reason: string, key?: string): Step => ({ do: 'wait', reason, ...(key && { key }) });
export const put = (next: Execution): Step => ({ do: 'put', next });
