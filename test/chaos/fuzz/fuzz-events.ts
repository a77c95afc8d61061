import type { Outgoing } from '@evenkeel/bus';
import { decodeEvent, EventTooLarge, encodeEvent } from '@evenkeel/bus';
import type { AnyEvent, CloudEvent } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { DescriptionInput } from '@evenkeel/simulator';
import { type Draw, drawFrom } from '../one-process/draw.ts';
import { garble } from './garble.ts';
import { type Genuine, known, tellGenuine } from './genuine.ts';
import { openStage, type Post, type Stage } from './open-stage.ts';

export type FuzzedEvents = {
  /** Garbled events: those that no wire lets through, those that a service laid aside, and those that were still good enough. */
  events: number;
  unreadable: number;
  laid_aside: number;
  passed: number;
  /** Good events between them, all of which must be handled. */
  good: number;
  moves: number;
  /** Why something was laid aside, and how often. */
  reasons: Map<string, number>;
  broken: string[];
};

const deep = Array.from({ length: 500 }).reduce((inner) => [inner], [] as unknown);
const monsters: readonly unknown[] = [
  'x'.repeat(100_000),
  '\u202e\u0007\ufeff𝔘\ud83d',
  Array.from({ length: 2_000 }, () => 0),
  2 ** 63,
  -(2 ** 31),
  5e-324,
  '9999-12-31T23:59:59.999Z',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  deep,
  { __proto__: null, hasOwnProperty: 1, valueOf: 'x' },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
];
/** A stage is left for a new one after so many events, before what garbage taught it hides what comes. */
const perStage = 500;
/** Tries after which something is tried for ever. */
const forever = 500;

/** Says garbled events of every kind to every service, good ones between them, on a cluster whose guests could be moved. */
export async function fuzzEvents(seed: number, wanted: number): Promise<FuzzedEvents> {
  const { said, cluster } = await tellGenuine();
  const draw = drawFrom(seed);
  const fuzzed: FuzzedEvents = {
    events: 0,
    unreadable: 0,
    laid_aside: 0,
    passed: 0,
    good: 0,
    moves: 0,
    reasons: new Map(),
    broken: [],
  };
  const crash = (error: unknown): void => void fuzzed.broken.push(`nobody caught: ${String(error)}`);
  process.on('unhandledRejection', crash);
  try {
    while (fuzzed.events < wanted)
      await playOn(said, cluster, draw, fuzzed, Math.min(wanted, fuzzed.events + perStage));
  } finally {
    process.off('unhandledRejection', crash);
  }
  if (({} as { polluted?: unknown }).polluted !== undefined) fuzzed.broken.push('every object was polluted');
  return fuzzed;
}

const nodes = ['a', 'b', 'c'];

async function playOn(
  said: Genuine,
  cluster: DescriptionInput,
  draw: Draw,
  fuzzed: FuzzedEvents,
  until: number,
): Promise<void> {
  const stage = await openStage(cluster);
  const orders: CloudEvent[] = [];
  const say = async (event: AnyEvent, outgoing: Outgoing, isGood: boolean): Promise<boolean> => {
    if (event.name === 'migration.approved') orders.push(outgoing.event);
    return tell(stage, event, outgoing, isGood, fuzzed);
  };
  for (let n = 0; fuzzed.events < until; n++) {
    const event = draw.one(known);
    const template = draw.one(said.get(event.name)!);
    const id = `fuzz/${fuzzed.events}/${n}`;
    const fresh = freshen(event, template, stage, id);
    const isGood = n % 10 === 9;
    const outgoing = isGood ? fresh : spoilt(fresh, draw);
    if (!isGood) fuzzed.events++;
    if (outgoing === null || !(await isHeard(outgoing, fuzzed))) fuzzed.unreadable++;
    else if (!(await say(event, outgoing, isGood))) break;
    if (n % 5 !== 0) continue;
    await stage.started.tick('executor').catch((error) => fuzzed.broken.push(`the executor: ${String(error)}`));
    await stage.bus.settled();
    stage.simulator.advance(stage.simulator.now() + 2_000);
  }
  await stage.started.stop();
  for (const post of stage.posts) checkPost(post, orders, fuzzed);
}

/** As said now, or when it was said where that is yet to come, of something new; who approves approves a move that could be made. */
function freshen(
  event: AnyEvent,
  { event: before, ...rest }: Outgoing,
  { simulator, revision }: Stage,
  id: string,
): Outgoing {
  const now = new Date(simulator.now()).toISOString();
  const time = [now, before.time].sort()[1]!;
  const fresh = { ...before, id, time, configrevision: revision };
  if (event.name === 'migration.approved') {
    const expires_at = new Date(simulator.now() + 300_000).toISOString();
    const { migration } = before.data as { migration: object };
    const order = { migration_id: id, approved_at: now, sampled_at: now, expires_at };
    fresh.data = { migration: { ...migration, ...order } };
  }
  return { ...rest, once: false, message_id: id, event: fresh };
}

const texts = ['', ' ', 'active', 'retired', '>', '*.*', '../x', '\u0000', 'x'.repeat(20_000), '２０２６', '-1', 'NaN'];
const envelopes = ['type', 'time', 'configrevision', 'traceparent', 'causationid', 'source', 'subject'] as const;

/** The same with something wrong in it or around it; null where it is not even JSON any more. */
function spoilt(outgoing: Outgoing, draw: Draw): Outgoing | null {
  const { event } = outgoing;
  if (draw.below(8) === 0) {
    const name = draw.one(envelopes);
    const versions = [`${event.type.slice(0, -1)}${draw.from(2, 99)}`, 'dev.evenkeel.migration.wished.v1', '__proto__'];
    return { ...outgoing, event: { ...event, [name]: name === 'type' ? draw.one(versions) : draw.one(texts) } };
  }
  try {
    return { ...outgoing, event: { ...event, data: JSON.parse(garble(JSON.stringify(event.data), draw, monsters)) } };
  } catch {
    return null;
  }
}

/** Whether the wire would hand it on: what it does not is told with its reason, and never thrown. */
async function isHeard({ event }: Outgoing, { broken, reasons }: FuzzedEvents): Promise<boolean> {
  try {
    const decoded = await decodeEvent(await encodeEvent(event, { gzip: false }));
    if ('event' in decoded) return true;
    count(reasons, `unreadable: ${decoded.reason}`);
    return false;
  } catch (error) {
    broken.push(`the wire threw at ${event.id}: ${String(error)}`);
    return false;
  }
}

const kindOf = (reason: string): string =>
  reason.startsWith('its data is not valid')
    ? 'its data is not valid'
    : reason.replace(/"[^"]*"|\d+/g, '…').slice(0, 90);
const count = (reasons: Map<string, number>, reason: string): void =>
  void reasons.set(kindOf(reason), (reasons.get(kindOf(reason)) ?? 0) + 1);

/** Says it, and sees what became of it with each service that hears it; false where the stage is of no more use. */
async function tell(
  stage: Stage,
  event: AnyEvent,
  outgoing: Outgoing,
  isGood: boolean,
  fuzzed: FuzzedEvents,
): Promise<boolean> {
  const { bus, store, services, simulator, letters, retries } = stage;
  const { id, type } = outgoing.event;
  retries.count = 0;
  letters.length = 0;
  try {
    await bus.publish(outgoing);
  } catch (error) {
    if (!(error instanceof EventTooLarge)) throw error;
    fuzzed.unreadable++;
    return true;
  }
  while (!bus.idle() && retries.count < forever) await new Promise((resolve) => setImmediate(resolve));
  if (retries.count >= forever) {
    fuzzed.broken.push(`${id} is tried for ever: ${JSON.stringify(outgoing.event).slice(0, 300)}`);
    return false;
  }
  const isReadable = () => type === typeOf(event) && event.data.safeParse(outgoing.event.data).success;
  const readers = services.filter(({ handlers }) => handlers.has(event));
  for (const { name: service } of readers) {
    const letter = letters.find((one) => one.service === service && one.headers['ce-id'] === id);
    const isHandled = await store.handled({ service, cluster: simulator.name }, id);
    if (letter) count(fuzzed.reasons, letter.reason);
    if (letter && letter.reason.trim() === '') fuzzed.broken.push(`${id}: ${service} does not say why`);
    if (letter && isGood) fuzzed.broken.push(`${id}: ${service} laid a good ${event.name} aside: ${letter.reason}`);
    if (!letter && !isHandled) fuzzed.broken.push(`${id}: ${service} lost a ${event.name}`);
    if (!letter && !isReadable()) fuzzed.broken.push(`${id}: ${service} took a ${event.name} that is none`);
  }
  if (isGood) fuzzed.good++;
  else if (letters.length > 0) fuzzed.laid_aside++;
  else fuzzed.passed++;
  return true;
}

/** Milliseconds since 1970; NaN where it is no time, such as an object that cannot even be made a string. */
const whenSaid = (time: unknown): number => (typeof time === 'string' ? Date.parse(time) : Number.NaN);

/** A move is only ever asked for where its order can be read, holds now, and says of the guest what is so. */
function checkPost({ at, path, target, nodes: places }: Post, orders: CloudEvent[], fuzzed: FuzzedEvents): void {
  fuzzed.moves++;
  const [, node, vmid] = /\/nodes\/([^/]+)\/(?:qemu|lxc)\/(\d+)\/migrate$/.exec(path) ?? [];
  const isOrdered = orders.some(({ data }) => {
    const order = (data as { migration?: Record<string, unknown> } | null)?.migration;
    const from = whenSaid(order?.approved_at) - 120_000;
    const ends = whenSaid(order?.expires_at);
    return order?.vmid === Number(vmid) && order.target_node === target && from <= at && at <= ends;
  });
  const isSo = places.get(Number(vmid)) === node && nodes.includes(target ?? '') && target !== node;
  if (!isOrdered || !isSo)
    fuzzed.broken.push(`POST ${path} to ${target}: ${isOrdered ? 'it is not so' : 'nobody ordered it'}`);
}
