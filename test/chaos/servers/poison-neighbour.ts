import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { services } from '@evenkeel/all-in-one';
import type { Bus, StoredEvent } from '@evenkeel/bus';
import { clusterSampled, filterOf, runDecided } from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { readToken, skewedCluster } from '../../e2e/stage/cluster.ts';
import { openCluster } from '../../e2e/stage/open-cluster.ts';
import { publishByHand } from '../../e2e/stage/raw-wire.ts';
import { type Both, openServers } from '../../e2e/stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { percentile, type Row, type Wanted } from './row.ts';

const speed = 30;
const sick = 'sick';

/** Large enough that its samples do not fit into what a small NATS takes. */
const sickCluster: DescriptionInput = {
  ...skewedCluster,
  name: sick,
  populate: { ...skewedCluster.populate!, guests: 300 },
};
const wellCluster: DescriptionInput = {
  ...skewedCluster,
  populate: { ...skewedCluster.populate!, guests: 12 },
};
/** Bytes: events of the cluster that is well fit, samples of the other do not. */
const small = 'max_payload: 32768';

type Measured = {
  latencies: number[];
  letters: Map<string, number>;
  poisoned: number;
  doubled: string[];
  story: string;
};

/** Milliseconds from each sample of the cluster that is well to the decision on it, as a subscriber sees them. */
async function measure(stage: Stage, for_s: number): Promise<number[]> {
  const over = new AbortController();
  const seen = new Map<string, number>();
  const latencies: number[] = [];
  const follow = async (
    stream: 'telemetry' | 'decisions',
    subject: string,
    hear: (stored: StoredEvent, now: number) => void,
  ) => {
    for await (const stored of stage.bus.follow(stream, [subject], 'new', over.signal)) hear(stored, performance.now());
  };
  const following = [
    follow('telemetry', filterOf(clusterSampled, clusterName), ({ event }, now) => seen.set(event.time, now)),
    follow('decisions', filterOf(runDecided, clusterName), ({ event }, now) => {
      const began = seen.get(event.time);
      if (began !== undefined) latencies.push(now - began);
    }),
  ];
  await sleep(for_s * 1000);
  over.abort();
  await Promise.all(following);
  return latencies;
}

/** One message after the other that nobody can make sense of, for the cluster that is sick, until told to stop. */
async function poison(bus: Bus, url: string, isOver: () => boolean): Promise<number> {
  const subject = filterOf(clusterSampled, sick);
  let n = 0;
  for (; !isOver(); await sleep(100)) {
    const id = `poison/${n++}`;
    const event = {
      specversion: '1.0' as const,
      id,
      source: 'urn:evenkeel:chaos',
      type: n % 3 === 0 ? 'dev.evenkeel.cluster.sampled.v99' : 'dev.evenkeel.cluster.sampled.v1',
      subject: sick,
      time: new Date(1_780_000_000_000 + n).toISOString(),
      datacontenttype: 'application/json' as const,
      dataschema: 'urn:evenkeel:schema:chaos:v1',
      data: { nodes: 'all of them' },
    };
    if (n % 3 === 1) await publishByHand(url, subject, `this is no event ${n}`);
    else await bus.publish({ stream: 'telemetry', subject, event, once: false });
  }
  return n;
}

const kindOf = (reason: string): string =>
  /unknown type/.test(reason)
    ? 'unknown version'
    : /data is not valid/.test(reason)
      ? 'wrong data'
      : /more than/.test(reason)
        ? 'too large'
        : 'no event';

/** Each service that listens to samples lays aside what is none. */
const listeners = services.filter(({ handlers }) =>
  (handlers as ReadonlyMap<unknown, unknown>).has(clusterSampled),
).length;

/** Two clusters side by side; of one of them nothing can be made in the poisoned case. */
async function run(binaries: Both, isPoisoned: boolean, for_s: number): Promise<Measured> {
  const servers = await openServers(binaries, isPoisoned ? small : '');
  const closers: (() => Promise<unknown>)[] = [() => servers.close()];
  try {
    const [well, ill] = [await openCluster(wellCluster, speed), await openCluster(sickCluster, speed)];
    closers.unshift(well.close, ill.close);
    const read_token_file = join(servers.dir, 'token');
    await writeFile(read_token_file, readToken);
    const clusters = [
      { name: clusterName, hosts: [`127.0.0.1:${well.port}`], fingerprints: [well.fingerprint] },
      { name: sick, hosts: [`127.0.0.1:${ill.port}`], fingerprints: [ill.fingerprint], read_token_file },
    ];
    const config = {
      clusters,
      mode: 'observe' as const,
      collection: { sample_interval_seconds: 60, backfill: false },
      automated_migrations: { check_interval_minutes: 1 },
    };
    const stage = await openStage({ servers, proxmox: well, config });
    closers.unshift(stage.close);
    await hasStarted(stage.startAllInOne());
    const isDecided = async () => (await stage.bus.last('decisions', filterOf(runDecided, clusterName))) !== null;
    await until('a first decision', isDecided, { seconds: 120, tell: stage.story });
    let isOver = !isPoisoned;
    const poisoning = poison(stage.bus, servers.nats.url, () => isOver);
    const latencies = await measure(stage, for_s);
    isOver = true;
    const poisoned = await poisoning;
    const letters = new Map<string, number>();
    const count = async () => {
      letters.clear();
      for await (const { reason, subject } of stage.bus.letters()) {
        const kind = subject.includes(`.${sick}.`) ? kindOf(reason) : `of the other cluster: ${reason}`;
        letters.set(kind, (letters.get(kind) ?? 0) + 1);
      }
      return [...letters].reduce((sum, [kind, n]) => sum + (kind === 'too large' ? 0 : n), 0);
    };
    await until('the dead letters', async () => (await count()) >= poisoned * listeners, {
      seconds: 120,
      every_ms: 1_000,
      tell: () => JSON.stringify([...letters, poisoned]),
    });
    const ids = (await stage.decisions()).map(({ id }) => id);
    const doubled = ids.filter((id, i) => ids.indexOf(id) !== i);
    return { latencies, letters, poisoned, doubled, story: stage.story() };
  } finally {
    for (const close of closers) await close();
  }
}

const tell = (latencies: readonly number[]): string =>
  [50, 95, 99].map((p) => `p${p} ${Math.round(percentile(latencies, p))} ms`).join(', ');

/** Messages that nobody can read, samples that do not fit and versions from the future, all of one cluster; the other decides as fast as ever. */
export async function poisonNeighbour(binaries: Both, _wanted: Wanted, for_s = 120): Promise<Row> {
  const arms: (Measured & { isPoisoned: boolean })[] = [];
  for (const isPoisoned of [false, true, true, false])
    arms.push({ isPoisoned, ...(await run(binaries, isPoisoned, for_s)) });
  const of = (wanted: boolean) => arms.filter(({ isPoisoned }) => isPoisoned === wanted);
  const [without, beside] = [false, true].map((wanted) => of(wanted).flatMap(({ latencies }) => latencies)) as [
    number[],
    number[],
  ];
  const letters = of(true).flatMap((arm) => [...arm.letters]);
  const count = (kind: string) => letters.filter(([one]) => one === kind).reduce((sum, [, n]) => sum + n, 0);
  const kinds = ['no event', 'wrong data', 'unknown version', 'too large'];
  const poisoned = of(true).reduce((sum, arm) => sum + arm.poisoned, 0);
  const [p99, at_most] = [
    percentile(beside, 99),
    Math.max(1.5 * percentile(without, 99), percentile(without, 99) + 500),
  ];
  return {
    what: 'poison, too large, unknown version: another cluster beside it',
    done: poisoned,
    required: 1_000,
    broken: [
      ...kinds.filter((kind) => count(kind) === 0).map((kind) => `no dead letter: ${kind}`),
      ...letters.filter(([kind]) => !kinds.includes(kind)).map(([kind]) => `a dead letter ${kind}`),
      ...arms.flatMap(({ doubled }) => doubled.map((id) => `said twice: ${id}`)),
      ...(p99 <= at_most ? [] : [`p99 became ${Math.round(p99)} ms, ${Math.round(at_most)} ms at most`]),
    ],
    figures: `from sample to decision ${tell(beside)} of ${beside.length} beside it, ${tell(without)} of ${without.length} alone; dead letters: ${kinds.map((kind) => `${count(kind)} ${kind}`).join(', ')}`,
    story: arms.at(-1)?.story ?? '',
  };
}
