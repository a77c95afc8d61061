import type { CollectorProgress, PendingLog } from '@evenkeel/contracts';
import type { GuestRow } from '@evenkeel/proxmox';
import type { FactsByGuest } from './due-configs.ts';

/** One piece of the past to read, which takes one request or two. */
export type PastAsk =
  | { kind: 'node'; node: string }
  | { kind: 'tasks'; node: string }
  | { kind: 'log'; log: PendingLog }
  | { kind: 'guest'; guest: GuestRow };

/** What cannot be read so often is given up. */
export const mostTries = 5;

const costOf = ({ kind }: PastAsk): number => (kind === 'log' ? 1 : 2);

/** The first asks that fit into so many requests. */
function within(asks: readonly PastAsk[], budget: number): PastAsk[] {
  let left = budget;
  return asks.filter((ask) => {
    left -= costOf(ask);
    return left >= 0;
  });
}

function dueGuests(guests: readonly GuestRow[], facts: FactsByGuest): PastAsk[] {
  const tries = ({ id }: GuestRow): number => facts[id]?.past.tries ?? 0;
  const isRunning = ({ status }: GuestRow): number => (status === 'running' ? 0 : 1);
  return guests
    .filter(({ id, template }) => !template && facts[id]?.known && !facts[id].past.done)
    .sort((a, b) => tries(a) - tries(b) || isRunning(a) - isRunning(b) || a.vmid - b.vmid)
    .map((guest) => ({ kind: 'guest', guest }));
}

/** What of the past to read now, in at most `budget` requests: nodes, then guests, and logs of old migrations beside them. */
export function duePast(
  { past, logs }: Pick<CollectorProgress, 'past' | 'logs'>,
  facts: FactsByGuest,
  at: { nodes: readonly string[]; online: ReadonlySet<string>; guests: readonly GuestRow[]; budget: number },
): PastAsk[] {
  const nodes = [...at.nodes].sort().sort((a, b) => (past[a]?.tries ?? 0) - (past[b]?.tries ?? 0));
  const own = within(
    [
      ...nodes.filter((node) => !past[node]?.history).map((node): PastAsk => ({ kind: 'node', node })),
      ...nodes.filter((n) => !past[n]?.tasks && at.online.has(n)).map((node): PastAsk => ({ kind: 'tasks', node })),
    ],
    at.budget,
  );
  const left = at.budget - own.reduce((sum, ask) => sum + costOf(ask), 0);
  const guests = dueGuests(at.guests, facts);
  const share = guests.length > 0 ? Math.floor(left / 3) : left;
  const tasks = within(
    logs.map((log): PastAsk => ({ kind: 'log', log })),
    share,
  );
  return [...own, ...tasks, ...within(guests, left - tasks.length)];
}
