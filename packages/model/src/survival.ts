import { gib } from './gib.ts';

/** A node as far as its loss matters: bytes that it may use in all, that its host uses, and that each of its guests does. */
export type Residence = { room: number; host: number; guests: readonly number[] };
/** By node: those that are there to take over. */
export type Residences = ReadonlyMap<string, Residence>;

/** Whether the memory of the others could take the guests of any one node that is lost; `short_bytes` is what finds no place over all losses. */
export type Survival = { survives: boolean; short_bytes: number; reason: string };

const sum = (bytes: readonly number[]): number => bytes.reduce((total, b) => total + b, 0);

/** Guests of a lost node that find no place on the others: the largest first, each where it leaves least room. */
function homeless(lost: string, residences: Residences, free: ReadonlyMap<string, number>): number[] {
  const rooms: number[] = [];
  for (const [node, room] of free) if (node !== lost) rooms.push(room);
  const left: number[] = [];
  for (const bytes of [...residences.get(lost)!.guests].sort((a, b) => b - a)) {
    let best = -1;
    for (let i = 0; i < rooms.length; i++) if (rooms[i]! >= bytes && (best < 0 || rooms[i]! < rooms[best]!)) best = i;
    if (best < 0) left.push(bytes);
    else rooms[best]! -= bytes;
  }
  return left;
}

/** Whether a cluster survives the loss of any one of its nodes, by the memory that its guests use; the worst loss is the one that is named. */
export function survivalOf(residences: Residences): Survival {
  let worst: { node: string; count: number; of: number; bytes: number } | undefined;
  let short_bytes = 0;
  const free = new Map([...residences].map(([node, { room, host, guests }]) => [node, room - host - sum(guests)]));
  for (const node of [...residences.keys()].sort()) {
    const left = homeless(node, residences, free);
    const bytes = sum(left);
    short_bytes += bytes;
    if (left.length > 0 && bytes > (worst?.bytes ?? 0))
      worst = { node, count: left.length, of: residences.get(node)!.guests.length, bytes };
  }
  if (!worst) return { survives: true, short_bytes: 0, reason: 'the loss of any one node would be survived' };
  const { node, count, of, bytes } = worst;
  const guests = count === 1 ? '1 guest' : `${count} guests`;
  const reason = `the loss of ${node} would leave ${guests} of its ${of} (${gib(bytes)}) without a place`;
  return { survives: false, short_bytes, reason };
}

/** The residences after a guest of so many bytes has gone from one node to another; nodes that are not there to take over may be either. */
export function moveResident(residences: Residences, source: string, target: string, bytes: number): Residences {
  const next = new Map(residences);
  const [from, to] = [residences.get(source), residences.get(target)];
  if (from) next.set(source, { ...from, guests: without(from.guests, bytes) });
  if (to) next.set(target, { ...to, guests: [...to.guests, bytes] });
  return next;
}

/** Leaves out the one that is nearest in size. */
function without(guests: readonly number[], bytes: number): number[] {
  let nearest = 0;
  guests.forEach((b, i) => {
    if (Math.abs(b - bytes) < Math.abs(guests[nearest]! - bytes)) nearest = i;
  });
  return guests.filter((_, i) => i !== nearest);
}
