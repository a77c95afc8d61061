import type { Version } from './version.ts';

/** The records of one service in one cluster: the unit of order and of commits. */
export type Scope = { service: string; cluster: string };

export type Write = { record: string; part: string; value: unknown | null };

export type Commit = {
  /** No two commits share it: an epoch that begins with this one is called so, and its messages are told from others by it. */
  id: string;
  /** Version that the state was read at; the commit fails where it has changed since. */
  expected_version: Version;
  /** Null deletes the part. */
  writes: Write[];
  /** What was handled: ids of events, or a timer's tick. Kept for `receipt_ttl_seconds`. */
  causes: string[];
  receipt_ttl_seconds: number;
  /** Messages to be published, opaque to the store; they stay until `settled`. */
  outbox: unknown[];
  /** Stream positions that are applied by this commit, one a stream. */
  positions?: { stream: string; sequence: number }[];
};

export type Parked = { id: string; message: unknown };

/** What services remember: a view that can be rebuilt from the streams and from Proxmox. */
export type Store = {
  version: (scope: Scope) => Promise<Version>;
  /** One part of a record, or null. */
  get: (cluster: string, record: string, part: string) => Promise<unknown | null>;
  /** Every part of a record. */
  all: (cluster: string, record: string) => Promise<Record<string, unknown>>;
  /** All or nothing; the new version, or null where the expected version is not the latest. */
  commit: (scope: Scope, commit: Commit) => Promise<Version | null>;
  handled: (scope: Scope, cause: string) => Promise<boolean>;
  /** Messages that were committed and not yet settled, in order. */
  outbox: (scope: Scope) => Promise<Parked[]>;
  /** How many of them were still there: of several that settle one at once, one took it out. */
  settle: (scope: Scope, ids: string[]) => Promise<number>;
  /** Last position committed; 0 where none. */
  position: (scope: Scope, stream: string) => Promise<number>;
  /** Empties what is held of a cluster, outboxes included: whoever notices builds it again from the streams. */
  forget: (cluster: string) => Promise<void>;
  /** Null while all is well, else what is wrong. */
  trouble: () => string | null;
  /** Called after every reconnection, when what was committed last may be gone. */
  on_reconnect: (listener: () => void) => void;
  close: () => Promise<void>;
};
