import type { ClusterSample, GuestSample, OpenHour, OpenHours } from '@evenkeel/contracts';
import { hourMs } from './cell.ts';
import { observe, openAt, passTime, resize } from './open-hour.ts';

const goneHours = 7 * 24;
/** Proxmox's figures are means of about ten seconds. */
const readingMs = 10_000;

/** A sample stands for no longer than this, however rarely there is one. */
const longestMs = 1.5 * hourMs;

/** Milliseconds before a sample that it stands for: the time since the last one, unless that is a gap in the measurement. */
export function coverage(gap_ms: number, usual_ms: number): number {
  if (usual_ms === 0) return gap_ms <= longestMs ? gap_ms : readingMs;
  const most = Math.max(3 * usual_ms, hourMs / 6);
  return Math.min(longestMs, gap_ms <= most ? gap_ms : Math.min(gap_ms, Math.max(usual_ms, readingMs)));
}

export type Folded = {
  open: OpenHours;
  /** Guests whose history is void: gone for a week, or another guest under the same id. */
  forgotten: string[];
  /** By what to multiply the CPU of the closed hours of guests that have more or fewer vCPUs now. */
  resized: Map<string, number>;
};

/** The open hours after a sample; one that is not later than the last changes nothing. */
export function foldSample(before: OpenHours | undefined, sample: ClusterSample): Folded {
  const at = Date.parse(sample.at);
  const gap = before ? at - Date.parse(before.at) : 0;
  if (before && gap <= 0) return { open: before, forgotten: [], resized: new Map() };
  const from = at - (before ? coverage(gap, before.gap_ms) : readingMs);
  const guests: Record<string, OpenHour> = { ...before?.guests };
  const forgotten: string[] = [];
  const resized = new Map<string, number>();
  const present = new Set<string>();
  for (const guest of sample.guests) {
    if (guest.template) continue;
    present.add(guest.guest);
    const known = guests[guest.guest];
    if (known && known[0] !== guest.identity) forgotten.push(guest.guest);
    const own = known?.[0] === guest.identity ? known : undefined;
    const open = foldGuest(own, guest, from, at);
    if (open) guests[guest.guest] = open;
    else delete guests[guest.guest];
    if (own?.[9] && open?.[9] && own[9] !== open[9]) resized.set(guest.guest, own[9] / open[9]);
  }
  for (const [id, open] of Object.entries(guests)) {
    if (present.has(id) || open[1] > at / hourMs - goneHours) continue;
    delete guests[id];
    forgotten.push(id);
  }
  return { open: { at: sample.at, gap_ms: gap, guests }, forgotten, resized };
}

function foldGuest(own: OpenHour | undefined, guest: GuestSample, from: number, at: number): OpenHour | undefined {
  const known = own ?? (guest.status === 'running' ? openAt(guest.identity, from) : undefined);
  const sized = known && guest.maxcpu > 0 ? resize(known, guest.maxcpu) : known;
  if (guest.status !== 'running') return sized && passTime(sized, at);
  return sized && observe(sized, { from, to: at, cpu: guest.cpu, mem: guest.mem });
}
