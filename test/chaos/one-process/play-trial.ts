import { createMemoryBus, type MemoryBus } from '@evenkeel/bus';
import type { ApprovedMigration, CloudEvent } from '@evenkeel/contracts';
import { openConfigSource } from '@evenkeel/runtime';
import { type ActiveFault, createSimulator, type Truth } from '@evenkeel/simulator';
import { configOf } from '../../../services/executor/src/testing/index.ts';
import { createHindrance } from './hinder.ts';
import { labOf } from './lab.ts';
import { createLossyStore } from './lossy-store.ts';
import { cluster, executorOf, type Ground, monotonicOf, type Sent, startReplica } from './replica.ts';
import { createSteering, type Still } from './steer.ts';
import { createStrikes } from './strikes.ts';
import { stumbling } from './stumble.ts';
import { tellApproval } from './tell.ts';
import type { Trial, Trouble } from './trial.ts';
import { arrange, nameOf } from './troubles.ts';
import { createTurns, type Life, withTimers } from './turns.ts';

/** All that a trial left behind. */
export type Witness = {
  trial: Trial;
  approved: ApprovedMigration[];
  events: CloudEvent[];
  truth: Truth;
  faults: ActiveFault[];
  sent: Sent[];
  /** Keys that the ledger still holds of migrations. */
  held: string[];
  dead_letters: string[];
  /** Whether everything came to its end. */
  ended: boolean;
  /** Machine seconds of the cluster that it took. */
  seconds: number;
  /** How often each point was passed. */
  points: Map<string, number>;
  /** Those of the troubles that strike at a moment, and did. */
  struck: Trouble[];
  still: Still[];
};

/** Longer than any clock is off. */
const patience_ms = 75 * 60_000;
/** What the cluster was asked for and has put off, it does within this time. */
const aftermath_ms = 15 * 60_000;

/** Plays a trial to its end, on a clock of its own. */
export async function playTrial(trial: Trial): Promise<Witness> {
  const simulator = createSimulator(labOf(trial));
  const begin = simulator.now();
  const replicas = new Map<string, ReturnType<typeof startReplica>>();
  const { onPoint, points, struck } = createStrikes(trial.troubles, (trouble, life) => {
    if (trouble.do === 'stop') return turns.stop(life, trouble.for_s * 1000);
    replicas.get(life.name)?.kill();
    turns.alarm(trouble.down_s * 1000, () => startOne(life.name));
  });
  const turns = createTurns(trial.seed, simulator, onPoint);
  const bus = createMemoryBus({ wait: (ms) => turns.sleep(ms), encode: true });
  const ground: Ground = {
    simulator,
    turns,
    bus,
    store: createLossyStore(simulator.now),
    configs: await openConfigSource(bus.ledger, configOf({}, trial.aborts ?? false), simulator.now),
    hindrance: createHindrance(trial, () => (simulator.now() - begin) / 1000, struck),
    sent: [],
    off: new Map(),
    errors: [],
  };
  let instances = 0;
  const isStumbling = trial.troubles.some((trouble) => trouble.do === 'stumble');
  const partOf = (name: Life['name']) => {
    const usual = executorOf({ now: monotonicOf(name, ground), description: simulator.description });
    return isStumbling ? { ...usual, service: stumbling(usual.service) } : usual;
  };
  const startOne = (name: Life['name']) =>
    void replicas.set(name, startReplica(name, ++instances, ground, partOf(name)));

  const steering = createSteering(bus.ledger, simulator.now);
  const { revision } = ground.configs.current();
  const told = trial.approvals.map((one) => tellApproval(one, { begin, revision, plans: trial.plans ?? false }));
  let waiting = 0;
  const later = (after_s: number, work: () => unknown): void => {
    waiting++;
    turns.alarm(after_s * 1000, () => {
      waiting--;
      void work();
    });
  };
  for (const [i, { after_s, late_s = 0 }] of trial.approvals.entries())
    later(after_s + late_s, () => bus.publish({ ...told[i]!.outgoing, once: false }));
  for (const [nth, trouble] of trial.troubles.entries()) arrange(trouble, nth, { ground, steering, told, later });
  for (let i = 0; i < trial.replicas; i++) startOne(nameOf(i));

  const isDone = async () => waiting === 0 && (await isAtRest(bus, told.length));
  const ended = await withTimers(turns, () => turns.run(isDone, begin + patience_ms));
  const seconds = Math.round((simulator.now() - begin) / 1000);
  for (const { kill } of replicas.values()) kill();
  simulator.advance(simulator.now() + aftermath_ms);
  return {
    trial,
    approved: told.map(({ migration }) => migration),
    events: await eventsOf(bus),
    truth: simulator.inspect(),
    faults: simulator.faults.list(),
    sent: ground.sent,
    held: await heldIn(bus),
    dead_letters: await Array.fromAsync(bus.letters(), ({ reason }) => reason),
    ended,
    seconds,
    points,
    struck,
    still: steering.still,
  };
}

const eventsOf = (bus: MemoryBus): Promise<CloudEvent[]> =>
  Array.fromAsync(bus.read('decisions', ['evenkeel.v1.decisions.>']), ({ event }) => event);

async function heldIn({ ledger }: MemoryBus): Promise<string[]> {
  const kept = await Promise.all(['claim', 'migration'].map((kind) => ledger.list(`${cluster}.${kind}`)));
  return kept.flat().map(({ key }) => key);
}

const isEnd = ({ type }: CloudEvent): boolean => /\.migration\.(completed|failed|refused)\./.test(type);

/** Nothing is left to be heard, held or said. */
async function isAtRest(bus: MemoryBus, approvals: number): Promise<boolean> {
  if (!bus.idle() || (await heldIn(bus)).length > 0) return false;
  return (await eventsOf(bus)).filter(isEnd).length >= approvals;
}
