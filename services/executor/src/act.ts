import type { Ledger } from '@evenkeel/bus';
import type { ApprovedMigration, Config } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import type { Proxmox } from '@evenkeel/proxmox';
import { ask } from './ask.ts';
import { begin } from './begin.ts';
import type { Held } from './claims.ts';
import { refuse } from './end.ts';
import { Execution, type Running, type Starting } from './execution.ts';
import { follow } from './follow.ts';
import { claimsOf, doneKey, executionKey, executionsOf } from './keys.ts';
import { launch } from './launch.ts';
import { locate, lookAtRest, lookAtTask, lookBefore, lookForRealTask, lookForTask } from './look.ts';
import { type Patience, reconcile } from './reconcile.ts';
import { retire } from './retire.ts';
import type { Step } from './steps.ts';
import type { Watch } from './watch.ts';

/** The outside of the executor: everything it reads and changes in the world. */
export type Outside = {
  cluster: string;
  config: Config;
  ledger: Ledger;
  proxmox: Proxmox;
  watch: Watch;
  patience: Patience;
  /** Machine time, milliseconds. */
  monotonic: () => number;
};

type Entry = { execution: Execution; revision: number };

/** Puts a migration into the ledger; one that stands there is left as it is, one that was over is found out at its first step. */
export async function file(migration: ApprovedMigration, { ledger }: Pick<Outside, 'ledger'>): Promise<void> {
  await ledger.create(executionKey(migration), { state: 'approved', migration } satisfies Execution);
}

/** Moves every migration of the cluster on as far as it goes now, the earliest approval first; how they stand then, the keys of all that were there before, and of those that this version cannot read. */
export async function advanceAll(
  said: (migration_id: string) => boolean,
  outside: Outside,
): Promise<{ executions: Execution[]; keys: string[]; unreadable: string[] }> {
  const held = await readClaims(outside);
  const kept = await outside.ledger.list(executionsOf(outside.cluster));
  const parsed = kept.map(({ key, value, revision }) => ({ key, revision, read: Execution.safeParse(value) }));
  await letGoOfOrphans(held, parsed, outside);
  outside.watch.keep(
    executionsOf(outside.cluster),
    parsed.map(({ key }) => key),
  );
  const entries = parsed.flatMap(({ read, revision }) => (read.success ? [{ execution: read.data, revision }] : []));
  entries.sort((a, b) => order(a.execution, b.execution));
  const executions: Execution[] = [];
  for (const entry of entries) {
    const { migration_id } = entry.execution.migration;
    const stands = await advance(entry, said(migration_id), outside);
    if (stands) executions.push(stands);
  }
  const unreadable = parsed.filter(({ read }) => !read.success).map(({ key }) => key);
  return { executions, keys: parsed.map(({ key }) => key), unreadable };
}

const order = ({ migration: a }: Execution, { migration: b }: Execution) =>
  a.approved_at.localeCompare(b.approved_at) || (a.migration_id < b.migration_id ? -1 : 1);

/** One migration, step by step until it has to wait; null where it is forgotten or somebody else moves it. */
async function advance(from: Entry, said: boolean, outside: Outside): Promise<Execution | null> {
  let entry = from;
  for (;;) {
    const step = await decide(entry, said, outside);
    if (step.do === 'wait') return entry.execution;
    const next = await perform(step, entry, outside);
    if (!next) return null;
    if (next.revision === entry.revision) return entry.execution;
    entry = next;
  }
}

async function decide({ execution, revision }: Entry, said: boolean, outside: Outside): Promise<Step> {
  const { proxmox, config, ledger } = outside;
  const time = () => ({ now: proxmox.clock().now, config });
  switch (execution.state) {
    case 'approved': {
      const done = (await ledger.get(doneKey(execution.migration))) !== null;
      return begin(execution, { ...time(), held: await readClaims(outside), done });
    }
    case 'claimed': {
      const look = await lookBefore(
        execution,
        proxmox,
        config.automated_migrations.safety_checks.verify_before_migrate,
      );
      return launch(execution, { ...time(), look });
    }
    case 'starting':
      return decideStarting(execution, revision, outside);
    case 'running':
      return decideRunning(execution, outside);
    case 'ended': {
      const rests = !execution.ending.hold || (said && (await lookAtRest(execution, proxmox)));
      return retire(execution, { ...time(), said, rests });
    }
  }
}

async function decideStarting(execution: Starting, revision: number, outside: Outside): Promise<Step> {
  const { proxmox, config, patience, watch } = outside;
  const unchanged_ms = watch.unchanged(executionKey(execution.migration), revision);
  const { found, complete } = await lookForTask(execution, proxmox);
  const place = await locate(execution.migration.vmid, proxmox);
  const { now } = proxmox.clock();
  return reconcile(execution, { now, config, patience, unchanged_ms, tasks: found, complete, ...place });
}

async function decideRunning(execution: Running, { proxmox, config }: Outside): Promise<Step> {
  const task = await lookAtTask(execution, proxmox);
  const real_task = await lookForRealTask(execution, proxmox);
  const place = await locate(execution.migration.vmid, proxmox);
  return follow(execution, { now: proxmox.clock().now, config, task, real_task, ...place });
}

/** The entry as it stands after the step (the same revision: to be waited for); null where it is gone or another's. */
async function perform(step: Exclude<Step, { do: 'wait' }>, entry: Entry, outside: Outside): Promise<Entry | null> {
  switch (step.do) {
    case 'put':
      return write(step.next, entry, outside);
    case 'claim':
      return (await take(step.keys, entry, outside)) ? write(step.next, entry, outside) : entry;
    case 'post':
      return post(step, entry, outside);
    case 'stop': {
      const written = await write(step.next, entry, outside);
      if (written) await ask(outside.proxmox.stop_task(step.next.upid));
      return written;
    }
    case 'finish':
      return finish(entry, outside);
    case 'drop':
      return forget(entry, outside);
  }
}

async function write<E extends Execution>(next: E, { revision }: Entry, { ledger }: Outside) {
  const written = await ledger.update(executionKey(next.migration), next, revision);
  return written === null ? null : { execution: next, revision: written };
}

/** What is taken stays taken until the migration has ended, even where it is not all. */
async function take(keys: string[], { execution }: Entry, { ledger }: Outside): Promise<boolean> {
  const holder = execution.migration.migration_id;
  for (const key of keys) {
    if ((await ledger.create(key, { holder })) !== null) continue;
    const kept = await ledger.get(key);
    if (!kept || holderOf(kept.value) !== holder) return false;
  }
  return true;
}

/** Sends the request once: only who wrote the intent does, and only while that is fresh. */
async function post(step: Extract<Step, { do: 'post' }>, entry: Entry, outside: Outside): Promise<Entry | null> {
  const { proxmox, patience, monotonic } = outside;
  const before = monotonic();
  const starting = await write(step.next, entry, outside);
  if (!starting || monotonic() - before > patience.grace_ms) return starting;
  const { migration, t0, known_tasks } = step.next;
  const guest = { node: migration.source_node, type: migration.type, vmid: migration.vmid };
  const answer = await ask(proxmox.migrate(guest, { ...step.options, timeout_ms: patience.post_timeout_ms }));
  if (answer.ok)
    return write(
      { state: 'running', migration, started_at: t0, upid: answer.value, adopted: false, known_tasks },
      starting,
      outside,
    );
  const { kind, message, maybe_accepted } = answer.error;
  if (maybe_accepted || kind === 'bad_answer' || kind === 'timeout') return starting;
  const code = kind === 'unreachable' ? 'target_unavailable' : /locked/.test(message) ? 'locked' : 'not_allowed';
  return write(refuse(step.next, proxmox.clock().now, code, message), starting, outside);
}

async function finish(entry: Entry, outside: Outside): Promise<null> {
  const { ledger, proxmox } = outside;
  const { migration } = entry.execution;
  await ledger.create(doneKey(migration), { at: iso(proxmox.clock().now) });
  const held = await readClaims(outside);
  for (const { key, revision } of held.filter((claim) => claim.holder === migration.migration_id))
    await ledger.remove(key, revision);
  return forget(entry, outside);
}

async function forget({ execution, revision }: Entry, { ledger }: Outside): Promise<null> {
  await ledger.remove(executionKey(execution.migration), revision);
  return null;
}

const holderOf = (value: unknown) => String((value as { holder?: unknown } | null)?.holder);

async function readClaims({ ledger, cluster }: Outside): Promise<(Held & { revision: number })[]> {
  const kept = await ledger.list(claimsOf(cluster));
  return kept.map(({ key, value, revision }) => ({ key, holder: holderOf(value), revision }));
}

/** Claims were listed before the migrations, so one whose migration is not there belongs to one that is over. */
async function letGoOfOrphans(
  held: (Held & { revision: number })[],
  entries: { key: string }[],
  { ledger, cluster }: Outside,
): Promise<void> {
  const present = new Set(entries.map(({ key }) => key));
  const orphans = held.filter(({ holder }) => !present.has(executionKey({ cluster, migration_id: holder })));
  for (const { key, revision } of orphans) await ledger.remove(key, revision);
}
