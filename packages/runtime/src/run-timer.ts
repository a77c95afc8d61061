import type { Bus } from '@evenkeel/bus';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Store } from '@evenkeel/store';
import type { ConfigSource } from './config-source.ts';
import type { Log, Timer } from './define-service.ts';
import { createTrouble } from './trouble.ts';
import type { Worker } from './worker.ts';

export type RunningTimer = { trouble: () => string | null; stop: () => Promise<void> };

type Given = {
  service: string;
  cluster: string;
  worker: Pick<Worker, 'tick'>;
  proxmox: Pick<Proxmox, 'clock'> | undefined;
  bus: Pick<Bus, 'trouble'>;
  store: Pick<Store, 'trouble'>;
  configs: Pick<ConfigSource, 'current'>;
  log: Log;
  machine_now: () => number;
};

const longestPause_ms = 30_000;

/** Runs a timer until it is stopped; while it fails, with pauses that grow to 30 s where its interval is shorter. */
export function runTimer(timer: Timer, given: Given): RunningTimer {
  const { service, cluster, worker, machine_now } = given;
  const trouble = createTrouble(given.log, { failed: 'a timer failed; it goes on', over: 'the timer works again' });
  let stopped = false;
  let failures = 0;
  let wake: () => void = () => {};
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const handle = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(handle);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    try {
      await worker.tick(timer);
      failures = 0;
      trouble.over({ service, cluster });
    } catch (error) {
      failures = isAway(given) ? 0 : failures + 1;
      trouble.failed(error, { service, cluster });
    }
  };
  const loop = (async () => {
    while (!stopped) {
      const began = machine_now();
      await run();
      if (stopped) return;
      await wait(Math.max(0, intervalOf(timer, given) - (machine_now() - began), pauseAfter(failures)));
    }
  })();
  return {
    trouble: trouble.sentence,
    stop: async () => {
      stopped = true;
      wake();
      await loop;
    },
  };
}

const pauseAfter = (failures: number): number =>
  failures === 0 ? 0 : Math.min(longestPause_ms, 250 * 2 ** (failures - 1));

/** A server that is away is waited for where it is asked, and is to be used again as soon as it is back. */
const isAway = ({ bus, store }: Given): boolean => bus.trouble() !== null || store.trouble() !== null;

function intervalOf({ time, seconds }: Timer, { proxmox, configs }: Given): number {
  const scale = time === 'cluster' ? (proxmox?.clock().scale ?? 1) : 1;
  return (seconds(configs.current().config) * 1000) / scale;
}
