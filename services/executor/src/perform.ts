import { iso } from '@evenkeel/model';
import type { ProxmoxErrorKind } from '@evenkeel/proxmox';
import { ask } from './ask.ts';
import type { Tombstone } from './companions.ts';
import { refuse } from './end.ts';
import type { Execution } from './execution.ts';
import { letGo, take } from './hold.ts';
import { doneKey, executionKey, guestClaim } from './keys.ts';
import { codeOfRefusal } from './look-before.ts';
import type { Entry, Outside } from './outside.ts';
import type { Step } from './steps.ts';

export type Action = Exclude<Step, { do: 'wait' }>;

/** Does what was decided. The entry as it stands then (at the same revision: it has to wait); null where it is gone or another's. */
export async function perform(step: Action, entry: Entry, outside: Outside): Promise<Entry | null> {
  switch (step.do) {
    case 'put':
      return write(step.next, entry, outside);
    case 'claim':
      return (await take(step.keys, step.next.migration, outside)) ? write(step.next, entry, outside) : entry;
    case 'join':
      return join(step, entry, outside);
    case 'post':
      return post(step, entry, outside);
    case 'stop': {
      const written = await write(step.next, entry, outside);
      if (!written) return null;
      const answer = await ask(outside.proxmox.stop_task(step.next.upid));
      const said = answer.ok ? { stop_taken: true } : { stop_refused: answer.error.message };
      return write({ ...step.next, ...said }, written, outside);
    }
    case 'finish':
      return finish(entry, outside);
    case 'drop':
      return forget(entry, outside);
  }
}

/** Writes the next state, which keeps the trace of the one before. */
async function write<E extends Execution>(state: E, { execution, revision }: Entry, { ledger }: Outside) {
  const next: E = execution.trace ? { ...state, trace: execution.trace } : state;
  const written = await ledger.update(executionKey(next.migration), next, revision);
  return written === null ? null : { execution: next, revision: written };
}

/** What is bound is so by compare-and-set: who refused or began it meanwhile wins, and nothing is sent. */
async function join({ followers, keys, next }: Extract<Step, { do: 'join' }>, entry: Entry, outside: Outside) {
  if (!(await take(keys, next.migration, outside))) return entry;
  for (const follower of followers) {
    const { migration } = follower.next;
    if (!(await take([guestClaim(migration)], migration, outside))) return entry;
    const from = { execution: follower.next, revision: follower.revision };
    if (!(await write(follower.next, from, outside))) return entry;
  }
  return write(next, entry, outside);
}

/** Sends the request once: only who wrote the intent does, and only while that is fresh. */
async function post(step: Extract<Step, { do: 'post' }>, entry: Entry, outside: Outside): Promise<Entry | null> {
  const { proxmox, patience, monotonic } = outside;
  const before = monotonic();
  const starting = await write(step.next, entry, outside);
  if (!starting || monotonic() - before > patience.grace_ms) return starting;
  const { t0, ...kept } = step.next;
  const { migration } = kept;
  const guest = { node: migration.source_node, type: migration.type, vmid: migration.vmid };
  const answer = await ask(proxmox.migrate(guest, { ...step.options, timeout_ms: patience.post_timeout_ms }));
  if (answer.ok) {
    const start = { started_at: t0, upid: answer.value, adopted: false };
    return write({ ...kept, state: 'running', ...start }, starting, outside);
  }
  const { kind, message, maybe_accepted } = answer.error;
  if (maybe_accepted || kind === 'bad_answer' || kind === 'timeout') return starting;
  return write(refuse(step.next, proxmox.clock().now, codeOf(kind, message), message), starting, outside);
}

const codes: Partial<Record<ProxmoxErrorKind, string>> = {
  unreachable: 'target_unavailable',
  forbidden: 'no_right',
  unauthorized: 'no_right',
  held_back: 'paused',
  certificate: 'target_unavailable',
};

const codeOf = (kind: ProxmoxErrorKind, message: string): string =>
  kind === 'refused' ? codeOfRefusal(message) : (codes[kind] ?? 'not_allowed');

/** The way back is filed before anything is let go of: who is killed in between files it once more, and what was over is found out. */
async function finish(entry: Entry, outside: Outside): Promise<null> {
  const { migration } = entry.execution;
  const { back } = entry.execution.state === 'ended' ? entry.execution.ending : {};
  const trace = entry.execution.trace;
  if (back)
    await outside.ledger.create(executionKey(back), { state: 'approved', migration: back, ...(trace && { trace }) });
  await outside.ledger.create(doneKey(migration), tombstoneOf(entry.execution, outside.proxmox.clock().now));
  await letGo(migration.migration_id, outside);
  return forget(entry, outside);
}

function tombstoneOf(execution: Execution, now: number): Partial<Tombstone> {
  const { run_id, guest } = execution.migration;
  return { at: iso(now), run_id, guest, ...(execution.state === 'ended' && { kind: execution.ending.kind }) };
}

async function forget({ execution, revision }: Entry, { ledger }: Outside): Promise<null> {
  await ledger.remove(executionKey(execution.migration), revision);
  return null;
}
