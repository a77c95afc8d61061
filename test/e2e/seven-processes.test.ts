import { setTimeout as sleep } from 'node:timers/promises';
import { formatLine, tell } from '@evenkeel/all-in-one/tell';
import { type CloudEvent, type Outcome, outcomeRecorded, runDecided } from '@evenkeel/contracts';
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
const speed = 60;

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
      config: { collection: { backfill: false, sample_interval_seconds: 60 } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '500' },
    });
    await stage.startAll();
  });
  /** How uneven the cluster truly is, twice a second for so many seconds. */
  const watch = async (seconds: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let i = 0; i < 2 * seconds; i++) {
      await sleep(500);
      seen.push(spread(await simulator.truth()));
    }
    return seen;
  };
  afterAll(async () => {
    await stage?.close();
    await simulator?.close();
    await receiver?.close();
    await servers?.close();
  });

  test('moves guests, says what each move brought, and comes to rest balanced', { timeout: 240_000 }, async () => {
    await until('outcomes', async () => outcomesOf(await stage.decisions()).length >= 3, {
      seconds: 100,
      every_ms: 500,
      tell: stage.story,
    });
    const uneven = async (): Promise<number[]> =>
      (await stage.decisions()).filter(({ type }) => type === typeOf(runDecided)).map(imbalanceOf);
    await until(
      'the imbalance to fall and stay low for three runs',
      async () => {
        const seen = await uneven();
        return seen.length >= 5 && Math.max(...seen.slice(-3)) < 0.6 * Math.max(...seen);
      },
      { seconds: 100, every_ms: 500, tell: stage.story },
    );
    const rest = await watch(5);
    const decisions = await stage.decisions();
    const recorded = outcomesOf(decisions);
    const imbalance = decisions.filter(({ type }) => type === typeOf(runDecided)).map(imbalanceOf);
    console.log([`${day}, ${speed} times as fast`, ...storyOf(decisions), ...recorded.map(gainOf)].join('\n'));
    console.log({ before: spread(before), after: mean(rest), imbalance });
    for (const { expected_gain } of recorded) expect(expected_gain.expected).toBeGreaterThan(0);
    expect(mean(recorded.map(({ actual_gain }) => actual_gain ?? 0))).toBeGreaterThan(0);
    expect(mean(rest)).toBeLessThan(0.7 * spread(before));
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

const imbalanceOf = ({ data }: CloudEvent): number => runDecided.data.parse(data).imbalance.cpu;
const storyOf = (events: CloudEvent[]): string[] => events.flatMap(tell).map((line) => formatLine(line, false));
const gainOf = ({ guest, horizon, expected_gain, actual_gain, verdict }: Outcome): string =>
  `${guest} ${horizon}: expected ${expected_gain.expected.toFixed(1)}, actual ${actual_gain?.toFixed(1)} points: ${verdict}`;
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** How far the fullest node is above the mean, as a share of its CPU. */
const spread = ({ nodes }: Truth): number => {
  const loads = nodes.map(({ cpu }) => cpu);
  return Math.max(...loads) - loads.reduce((a, b) => a + b, 0) / loads.length;
};
