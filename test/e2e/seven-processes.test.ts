import { setTimeout as sleep } from 'node:timers/promises';
import { formatLine, tell } from '@evenkeel/all-in-one/tell';
import { type CloudEvent, type Outcome, outcomeRecorded } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { Truth } from '@evenkeel/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replayedCluster } from './stage/cluster.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { type SimulatorProcess, simulate } from './stage/simulator.ts';
import { receiveSpans } from './stage/span-receiver.ts';
import { names, openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();
const speed = 100;

describe.skipIf(!binaries)('seven processes, real servers, a simulated cluster over HTTPS', () => {
  let servers: Servers;
  let simulator: SimulatorProcess;
  let stage: Stage;
  let receiver: Awaited<ReturnType<typeof receiveSpans>>;
  let before: Truth;
  let day: string;

  beforeAll(async () => {
    servers = await openServers(binaries!);
    receiver = await receiveSpans();
    const replayed = await replayedCluster(servers.dir);
    day = replayed.day;
    simulator = await simulate(servers.dir, replayed.cluster, speed);
    before = await simulator.truth();
    stage = await openStage({
      servers,
      proxmox: simulator,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '500' },
    });
    await stage.startAll();
  });
  afterAll(async () => {
    await stage?.close();
    await simulator?.close();
    await receiver?.close();
    await servers?.close();
  });

  test('moves guests, says what each move brought, and comes to rest balanced', { timeout: 120_000 }, async () => {
    const recorded = await until('outcomes', async () => atLeast(3, outcomesOf(await stage.decisions())), {
      seconds: 90,
      every_ms: 500,
      tell: stage.story,
    });
    await sleep(1);
    const decisions = await stage.decisions();
    console.log(
      decisions
        .flatMap(tell)
        .map((line) => formatLine(line, false))
        .join('\n'),
    );
    const after = await simulator.truth();
    console.log({ day, before: spread(before), after: spread(after), moves: after.moves.length });
    for (const outcome of recorded) expect(outcome.expected_gain.expected).toBeGreaterThan(0);
    expect(spread(after)).toBeLessThan(spread(before) / 2);
  });

  test('one trace leads from the sample to the outcome, through every service', async () => {
    const outcome = (await stage.decisions()).find(({ type }) => type === typeOf(outcomeRecorded))!;
    const trace = outcome.traceparent!.split('-')[1];
    const services = () => new Set(receiver.spans.filter((s) => s.trace === trace).map((s) => s.service));
    await until('the spans of one migration', () => services().size >= names.length, {
      seconds: 15,
      tell: () => [...services()].join(', '),
    });
    expect([...services()].sort()).toEqual(names.map((name) => `evenkeel-${name}`).sort());
  });
});

const outcomesOf = (events: CloudEvent[]): Outcome[] =>
  events
    .filter(({ type }) => type === typeOf(outcomeRecorded))
    .map(({ data }) => outcomeRecorded.data.parse(data).outcome);

const atLeast = <T>(n: number, items: T[]): T[] | null => (items.length >= n ? items : null);

/** How far the fullest node is above the mean, as a share of its CPU. */
const spread = ({ nodes }: Truth): number => {
  const loads = nodes.map(({ cpu }) => cpu);
  return Math.max(...loads) - loads.reduce((a, b) => a + b, 0) / loads.length;
};
