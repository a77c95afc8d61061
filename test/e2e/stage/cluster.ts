import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DescriptionInput } from '@evenkeel/simulator';

const shared = process.env.EVENKEEL_SHARED ?? resolve(import.meta.dirname, '../../../../shared');
const realDay = join(shared, 'bench/data/public/planetlab-20110303.csv');

export const secret = '00000000-0000-4000-8000-000000000000';
export const readToken = `evenkeel@pve!read=${secret}`;
export const writeToken = `evenkeel@pve!write=${secret}`;

const looks = ['VM.Audit', 'Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'SDN.Audit'];

/** Four nodes of which two carry three quarters of the load, with a token that looks and one that moves. */
export const skewedCluster: DescriptionInput = {
  name: 'stage',
  seed: 7,
  tokens: [
    { id: 'evenkeel@pve!read', secret, privileges: { '/': looks } },
    { id: 'evenkeel@pve!write', secret, privileges: { '/': [...looks, 'VM.Migrate'] } },
  ],
  nodes: ['pve1', 'pve2', 'pve3', 'pve4'].map((name) => ({ name, threads: 16, memory_gib: 96 })),
  populate: { guests: 40, seed: 3, layout: 'skewed', load: 'mixed', cpu: 0.5, memory: 0.42 },
};

/** The same cluster with room for a node to be emptied. */
export const roomyCluster: DescriptionInput = {
  ...skewedCluster,
  populate: { ...skewedCluster.populate!, cpu: 0.35, memory: 0.3, containers: 0 },
};

/** The same cluster whose guests replay a day: a real one where the benchmark's data lie beside the repository, else an invented one. */
export async function replayedCluster(dir: string): Promise<{ cluster: DescriptionInput; day: string }> {
  const isReal = existsSync(realDay);
  const file = isReal ? realDay : join(dir, 'day.csv');
  if (!isReal) await writeFile(file, inventedDay());
  return {
    cluster: {
      ...skewedCluster,
      populate: { ...skewedCluster.populate!, load: 'trace', trace: 'day' },
      traces: { day: { file, unit: 'percent', interval_s: 300 } },
    },
    day: isReal ? 'a day of PlanetLab, 3 March 2011' : 'an invented day',
  };
}

/** 288 intervals of 60 machines: a level of their own, a daily wave, and a ripple. */
function inventedDay(): string {
  const row = (machine: number) =>
    Array.from({ length: 288 }, (_, i) => {
      const wave = Math.sin((2 * Math.PI * (i + 17 * machine)) / 288) * (5 + (machine % 7));
      return Math.round(Math.max(1, 12 + (machine % 30) + wave + ((i * 31 + machine * 7) % 9)));
    });
  return Array.from({ length: 60 }, (_, machine) => `m${machine},${row(machine).join(',')}`).join('\n');
}
