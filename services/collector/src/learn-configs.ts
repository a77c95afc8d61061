import type { GuestFacts } from '@evenkeel/contracts';
import {
  constraintsOf,
  type GuestConfig,
  type GuestRow,
  identityOf,
  isSameGuest,
  type Mappings,
  marksOf,
} from '@evenkeel/proxmox';
import { type FactsByGuest, lookOf } from './due-configs.ts';

/** A configuration as it was read; `config` is absent where it could not be. */
export type ReadConfig = { guest: GuestRow; config?: GuestConfig; snapshots_with_state: boolean };

type At = { now_s: number; shared: ReadonlySet<string>; mappings?: Mappings };

/** What is known of a guest once its configuration was (or could not be) read; another guest under its vmid starts anew. */
function learn(
  before: GuestFacts | undefined,
  read: ReadConfig,
  { now_s, shared, mappings = new Map() }: At,
): GuestFacts {
  const { guest, config, snapshots_with_state } = read;
  const past = before?.past ?? { done: false, tries: 0 };
  const tried = { look: lookOf(guest), tried_at: now_s, past };
  if (!config) return { ...tried, ...(before?.known && { known: before.known }) };
  const constraints = constraintsOf(guest.type, config, { shared, snapshots_with_state, mappings });
  const marks = marksOf(guest.name ?? config.name ?? config.hostname ?? '', config);
  const isSame = before?.known !== undefined && isSameGuest(before.known.marks, marks);
  const identity = isSame ? before.known!.identity : identityOf(marks);
  const isOther = before?.known !== undefined && !isSame;
  return { ...tried, known: { identity, marks, constraints }, past: isOther ? { done: false, tries: 0 } : past };
}

/** The facts of the guests that are there, with what was read just now; those of guests that are gone go too. */
export function learnConfigs(guests: readonly GuestRow[], facts: FactsByGuest, reads: readonly ReadConfig[], at: At) {
  const byGuest = new Map(reads.map((read) => [read.guest.id, read]));
  const learned = guests.flatMap(({ id }): [string, GuestFacts][] => {
    const read = byGuest.get(id);
    const known = read ? learn(facts[id], read, at) : facts[id];
    return known ? [[id, known]] : [];
  });
  return Object.fromEntries(learned) satisfies FactsByGuest;
}
