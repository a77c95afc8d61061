import { gib } from './gib.ts';

/** A node as far as its loss matters: bytes that it may use in all, that its host uses, and that each of its guests does. */
export type Residence = { room: number; host: number; guests: readonly number[] };
/** By node: those that are there to take over. */
export type Residences = ReadonlyMap<string, Residence>;

/** Whether the memory of the others could take the guests of any one node that is lost; `short_bytes` is what finds no place over all losses. */
export type Survival = { survives: boolean; short_bytes: number; reason: string };

const sum = (bytes: readonly number[]): number => bytes.reduce((total, b) => total + b, 0);

/** So many orders of its guests are tried before a loss is said not to be survived. */
const orders = 12;

/** Of guests in an order, those that find no place, each where it leaves least room; by index. */
function unplaced(guests: readonly number[], free: readonly number[]): number[] {
  const rooms = [...free];
  const left: number[] = [];
  guests.forEach((bytes, g) => {
    let best = -1;
    for (let i = 0; i < rooms.length; i++) if (rooms[i]! >= bytes && (best < 0 || rooms[i]! < rooms[best]!)) best = i;
    if (best < 0) left.push(g);
    else rooms[best]! -= bytes;
  });
  return left;
}

/** Whether some order lets all find a place: those that found none go before the others in the next. */
function canBePlaced(guests: readonly number[], rooms: readonly number[]): boolean {
  if (sum(guests) > sum(rooms.filter((room) => room > 0)) || Math.max(...guests) > Math.max(...rooms)) return false;
  let order = guests;
  for (let tried = 0; tried < orders; tried++) {
    const left = new Set(unplaced(order, rooms));
    if (left.size === 0) return true;
    order = [...order.filter((_, g) => left.has(g)), ...order.filter((_, g) => !left.has(g))];
  }
  return false;
}

/** Guests of a lost node that find no place on the others, where no order is found in which all do: then the largest first. */
function homeless(lost: string, residences: Residences, free: ReadonlyMap<string, number>): number[] {
  const rooms = [...free].flatMap(([node, room]) => (node === lost ? [] : [room]));
  const guests = [...residences.get(lost)!.guests].sort((a, b) => b - a);
  const left = unplaced(guests, rooms);
  return left.length === 0 || canBePlaced(guests, rooms) ? [] : left.map((g) => guests[g]!);
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
