import { createMemoryStore } from '@evenkeel/store';
import { createMetrics } from '../metrics.ts';
import type { Surroundings } from '../start.ts';
import { plainTracing } from '../tracing.ts';

type Own = Pick<Surroundings, 'bus' | 'configs' | 'clusters'> & Partial<Surroundings>;

/** What services stand on in a test that asks for nothing else: a memory of their own, no Proxmox, no log, a clock that stands, timers run by hand. */
export const plainSurroundings = (own: Own): Surroundings => ({
  store: createMemoryStore(),
  proxmox: () => {
    throw new Error('nobody asks Proxmox here');
  },
  metrics: createMetrics('test', { process: false }),
  tracing: plainTracing((bytes) => '1'.repeat(bytes * 2)),
  log: { debug() {}, info() {}, warn() {}, error() {} },
  machine_now: () => 0,
  instance: 'test',
  timers: 'manual',
  ...own,
});
