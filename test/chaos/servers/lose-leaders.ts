import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, connectNats, type Outgoing } from '@evenkeel/bus';
import type { CloudEvent } from '@evenkeel/contracts';
import { type ServerBinary, startNatsCluster } from '@evenkeel/servers';
import { killLeaders, untilWhole } from './leaders.ts';
import { endOf, type Row, seconds, shareOf, type Wanted } from './row.ts';

const required = 100_000;
const lanes = 64;
/** Longest time in which nothing may be acknowledged, milliseconds. */
const patience_ms = 20_000;
const subject = (lane: number) => `evenkeel.v1.decisions.load.lane.${lane}`;

/** Every other event may be stored only once under its subject, as terminal events and outcomes are. */
function outgoing(lane: number, n: number, isFiller: string): Outgoing {
  const once = n % 2 === 1;
  const id = `load/${lane}/${n}`;
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source: 'urn:evenkeel:chaos',
    type: 'dev.evenkeel.chaos.v1',
    subject: 'load',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:evenkeel:schema:chaos:v1',
    data: { lane, n, isFiller },
  };
  return { stream: 'decisions', subject: once ? `${subject(lane)}.${n}` : subject(lane), event, once };
}

type Load = { acked: Set<string>; refused: string[]; longest_gap_ms: number; counted: number };

/** Publishes from many lanes at once until so much is acknowledged, and slower until all is over; each lane in order, and again what was not acknowledged. */
async function load(bus: Bus, wanted: number, isOver: () => boolean): Promise<Load> {
  const acked = new Set<string>();
  const refused: string[] = [];
  let last = performance.now();
  let longest_gap_ms = 0;
  const filler = 'x'.repeat(400);
  const lane = async (which: number) => {
    for (let n = 0; acked.size < wanted || !isOver(); ) {
      const out = outgoing(which, n, filler);
      try {
        const published = await bus.publish(out);
        if (published.status === 'conflict' && published.stored.id !== out.event.id)
          refused.push(`${out.event.id} met ${published.stored.id}`);
        acked.add(out.event.id);
        const now = performance.now();
        longest_gap_ms = Math.max(longest_gap_ms, now - last);
        last = now;
        n++;
        if (acked.size >= wanted) await sleep(100);
      } catch (error) {
        refused.push(`${out.event.id}: ${(error as Error).message}`);
        if (refused.length > 1_000) throw error;
      }
    }
  };
  let counted = 0;
  const count = async () => {
    for (let entry = await bus.ledger.get('load.counter'); acked.size < wanted || !isOver(); ) {
      const next = counted + 1;
      const revision = entry
        ? await bus.ledger.update('load.counter', next, entry.revision)
        : await bus.ledger.create('load.counter', next);
      if (revision === null) refused.push(`the ledger refused ${next}`);
      else counted = next;
      entry = await bus.ledger.get('load.counter');
      if (entry?.value !== counted) refused.push(`the ledger says ${entry?.value}, ${counted} was acknowledged`);
    }
  };
  await Promise.all([count(), ...Array.from({ length: lanes }, (_, which) => lane(which))]);
  return { acked, refused, longest_gap_ms, counted };
}

/** What is stored, held against what was acknowledged. */
async function compare(bus: Bus, { acked, counted }: Load): Promise<{ stored: number; broken: string[] }> {
  const seen = new Map<string, number>();
  const last = new Map<number, number>();
  const disordered: string[] = [];
  const all = 'evenkeel.v1.decisions.load.lane.>';
  const end = (await bus.last('decisions', all))?.sequence ?? 0;
  const over = new AbortController();
  for await (const { event, sequence } of bus.follow('decisions', [all], 'all', over.signal)) {
    seen.set(event.id, (seen.get(event.id) ?? 0) + 1);
    const { lane, n } = event.data as { lane: number; n: number };
    if (n < (last.get(lane) ?? -1)) disordered.push(`${event.id} came after ${last.get(lane)}`);
    last.set(lane, n);
    if (sequence >= end) over.abort();
  }
  const lost = [...acked].filter((id) => !seen.has(id));
  const doubled = [...seen].filter(([, times]) => times > 1).map(([id]) => id);
  const counter = (await bus.ledger.get('load.counter'))?.value;
  return {
    stored: seen.size,
    broken: [
      ...lost.map((id) => `${id} was acknowledged and is lost`),
      ...doubled.map((id) => `${id} is stored twice`),
      ...disordered,
      ...(counter === counted ? [] : [`the ledger counts ${counter}, ${counted} was acknowledged`]),
    ],
  };
}

/** Three nats-servers with three copies of each stream; whoever leads the stream is killed several times under load. */
export async function loseLeaders(nats: ServerBinary, wanted: Wanted): Promise<Row> {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-r3-'));
  const cluster = await startNatsCluster({ binary: nats, dir });
  const until = endOf(wanted);
  try {
    const bus = await connectNats({ servers: cluster.url, name: 'chaos', replicas: 3, patience_ms: 90_000 });
    await untilWhole(cluster);
    const kills = shareOf(10, wanted);
    const killed: string[] = [];
    let isDone = false;
    const killing = killLeaders(cluster, { kills, down_ms: 3_000, gap_ms: 3_000, streams: ['decisions'] }, (name) =>
      killed.push(name),
    ).finally(() => {
      isDone = true;
    });
    const began = performance.now();
    const loaded = await load(bus, shareOf(required, wanted), () => isDone || performance.now() > until);
    await killing;
    const took = (performance.now() - began) / 1000;
    const { stored, broken } = await compare(bus, loaded);
    await bus.close();
    const { acked, refused, longest_gap_ms } = loaded;
    return {
      what: 'NATS R3: events acknowledged while leaders are killed',
      done: acked.size,
      required,
      broken: [
        ...broken,
        ...refused,
        ...(longest_gap_ms > patience_ms ? [`nothing was acknowledged for ${seconds(longest_gap_ms)} s`] : []),
      ],
      figures: `${killed.length} leaders killed (${killed.join(' ')}); ${stored} stored; ${Math.round(acked.size / took)}/s, longest silence ${seconds(longest_gap_ms)} s; ledger ${loaded.counted} changes`,
    };
  } finally {
    await cluster.close();
    await rm(dir, { recursive: true, force: true });
  }
}
