import type { GuestFacts } from '@evenkeel/contracts';
import type { GuestRow } from '@evenkeel/proxmox';

export type FactsByGuest = Readonly<Record<string, GuestFacts>>;

/** A configuration is read again after about an hour even where nothing seems to have changed, seconds. */
const refresh_s = 3600;
/** One that could not be read is tried again after so long, seconds. */
const retry_s = 300;

/** How a guest looks from outside; a change of it is a reason to read its configuration again. */
export function lookOf(guest: GuestRow): string {
  const { node, name, tags, maxcpu, maxmem, maxdisk, pool } = guest;
  return [node, name, tags.join(';'), maxcpu, maxmem, maxdisk, pool]
    .map((part) => part ?? '')
    .join('|')
    .slice(0, 400);
}

/** 0.75 to 1.25 by the guest, so that configurations read together are not all read again together. */
function spread(id: string): number {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) % 9973;
  return 0.75 + (hash % 500) / 1000;
}

type Due = { guest: GuestRow; urgency: 0 | 1 | 2 | 3; tried_at: number };

function dueOf(guest: GuestRow, facts: GuestFacts | undefined, now_s: number): Due | null {
  if (!facts) return { guest, urgency: 0, tried_at: 0 };
  const due = (urgency: Due['urgency']): Due => ({ guest, urgency, tried_at: facts.tried_at });
  const age = now_s - facts.tried_at;
  if (facts.look !== lookOf(guest) && guest.maxcpu !== undefined) return due(1);
  if (!facts.known) return age >= retry_s || age < 0 ? due(2) : null;
  return age >= refresh_s * spread(guest.id) || age < 0 ? due(3) : null;
}

/** Whose configurations to read now, at most `budget`: guests never read, then changed ones, then those read longest ago. */
export function dueConfigs(
  guests: readonly GuestRow[],
  facts: FactsByGuest,
  at: { now_s: number; online: ReadonlySet<string>; budget: number },
): GuestRow[] {
  return guests
    .filter(({ node }) => at.online.has(node))
    .flatMap((guest) => dueOf(guest, facts[guest.id], at.now_s) ?? [])
    .sort((a, b) => a.urgency - b.urgency || a.tried_at - b.tried_at || a.guest.vmid - b.guest.vmid)
    .slice(0, at.budget)
    .map(({ guest }) => guest);
}
