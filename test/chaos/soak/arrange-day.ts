import type { MemoryBus } from '@evenkeel/bus';
import { type AutomationChange, automationRequested, type Config } from '@evenkeel/contracts';
import { sendCommand } from '@evenkeel/runtime';
import { cluster, type Ground, setClock } from '../one-process/replica.ts';
import type { Trouble } from '../one-process/trial.ts';
import type { DayTrouble } from './draw-day.ts';
import type { createAgain } from './say-again.ts';

export type Strike = Extract<DayTrouble, { do: 'strike' }>;

export type Surroundings = {
  ground: Ground;
  again: ReturnType<typeof createAgain>;
  /** Outages and garbled answers that there are now. */
  active: Trouble[];
  /** Strikes that wait for their moment, by process. */
  armed: Map<string, Strike>;
  /** Percent of what is published that goes wrong now. */
  mumbling: { percent: number };
  configOf: (max_concurrent_migrations?: number) => Config;
};

type Asked = Extract<DayTrouble, { do: 'ask' }>;

const wish = ({ what, node }: Asked): AutomationChange => {
  if (what === 'drain') return { do: 'drain', node, reason: 'chaos' };
  return what === 'pause' ? { do: 'pause', reason: 'chaos' } : { do: 'mode', mode: 'observe' };
};
const undo = ({ what, node }: Asked): AutomationChange => {
  if (what === 'drain') return { do: 'undrain', node };
  return what === 'pause' ? { do: 'resume' } : { do: 'mode', mode: 'default' };
};

let commands = 0;

/** Somebody asks for something, by a command. */
export function ask(bus: MemoryBus, change: AutomationChange, now: number): Promise<unknown> {
  const data = { cluster, command_id: `c${++commands}`, by: 'chaos', change };
  return sendCommand(bus, automationRequested, automationRequested.of(data, new Date(now).toISOString()));
}

type CarryOut = {
  [K in DayTrouble['do']]: (trouble: Extract<DayTrouble, { do: K }>, around: Surroundings) => unknown;
};

const during = (trouble: Trouble & { for_s: number }, { active, ground: { turns } }: Surroundings): void => {
  active.push(trouble);
  turns.alarm(trouble.for_s * 1000, () => void active.splice(active.indexOf(trouble), 1));
};

const carry: CarryOut = {
  fault: ({ fault }, { ground }) => ground.simulator.faults.add({ ...fault, after_s: 0 }),
  strike: (strike, { armed }) => armed.set(strike.process, { ...strike }),
  outage: during,
  garble: during,
  forget: ({ what }, { ground: { store, simulator } }) =>
    store.lose(what === 'all' ? Number.NEGATIVE_INFINITY : simulator.now() - 1000),
  mumble: ({ percent, for_s }, { mumbling, ground: { turns } }) => {
    mumbling.percent = percent;
    turns.alarm(for_s * 1000, () => void Object.assign(mumbling, { percent: 0 }));
  },
  clock: ({ replica, off_s, fast_percent = 0 }, { ground }) =>
    setClock(ground, `replica${replica}`, { off_ms: off_s * 1000, rate: fast_percent / 100 }),
  poison: ({ how }, { again }) => again.poison(how),
  echo: (_, { again }) => again.echo(),
  ask: (asked, { ground: { bus, simulator, turns } }) => {
    turns.alarm(asked.for_s * 1000, () => void ask(bus, undo(asked), simulator.now()));
    return ask(bus, wish(asked), simulator.now());
  },
  configure: ({ max_concurrent, for_s }, { ground: { configs, turns }, configOf }) => {
    turns.alarm(for_s * 1000, () => void configs.change(configOf()));
    return configs.change(configOf(max_concurrent));
  },
};

/** Sees to it that every trouble of a day comes at its time, and goes. */
export function arrangeDay(troubles: readonly DayTrouble[], around: Surroundings): void {
  for (const trouble of troubles) {
    const after_s = trouble.do === 'fault' ? (trouble.fault.after_s ?? 0) : trouble.after_s;
    around.ground.turns.alarm(after_s * 1000, () => void carry[trouble.do](trouble as never, around));
  }
}
