import { type CloudEvent, ClusterSample, Config, recommended } from '@evenkeel/contracts';
import { type Opened, openProcess, readSettings } from '@evenkeel/runtime';
import { example, serveFile } from '@evenkeel/simulator';
import type { Command } from 'commander';
import { howToAsk } from '../demo/how-to-ask.ts';
import { createSequencer } from '../demo/in-order.ts';
import { openServers } from '../demo/open-servers.ts';
import { createTeller, formatLine, type Line, tellSample } from '../demo/tell.ts';
import { tokensOf } from '../demo/tokens-of.ts';
import { services } from '../services.ts';
import { numberIn, readable, wholeNumberIn } from './simulate.ts';

const demoCluster = 'homelab';

type Options = { speed: number; json?: boolean; exitAfter?: number; memory?: boolean };

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('watch Evenkeel balance a simulated cluster: real servers, all services, a story in the terminal')
    .argument('[file]', 'the cluster to simulate, YAML; by default a homelab of four nodes')
    .option('--speed <factor>', 'simulated seconds per real second, 1 to 300', numberIn(1, 300), 60)
    .option('--json', 'one event a line instead of the story')
    .option('--exit-after <n>', 'leave with 0 after so many recorded outcomes', wholeNumberIn(1, 1e6))
    .option('--memory', 'do without nats-server and redis-server')
    .action(demo);
}

async function demo(file: string | undefined, options: Options): Promise<void> {
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const end = new AbortController();
  process.once('SIGINT', () => end.abort()).once('SIGTERM', () => end.abort());
  const servers = options.memory
    ? { nats_url: 'memory:', redis_url: 'memory:', sentence: 'in memory, as asked', close: async () => {} }
    : await openServers(say);
  try {
    const simulator = await serveFile(readable(file ?? example('homelab')), { port: 0, speed: options.speed });
    try {
      say(`Evenkeel demo: a simulated cluster on ${simulator.url} at ×${options.speed}; ${servers.sentence}.`);
      for (const line of howToAsk(servers.nats_url, demoCluster)) say(line);
      say('Times are those of the simulated cluster. Ctrl-C ends it.\n');
      const opened = await openProcess(services, {
        name: 'demo',
        settings: settingsOf(servers, tokensOf(simulator.simulator.description)),
        config: Config.parse({ ...recommended, clusters: [clusterOf(simulator)] }),
      });
      await show(opened, options, end);
      await opened.close();
    } finally {
      await simulator.close();
    }
  } finally {
    await servers.close();
  }
}

/** Shows what happens, in the order in which it happened, until enough outcomes are recorded, or until a signal. */
async function show(opened: Opened, options: Options, end: AbortController): Promise<void> {
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const print = (line: Line): void => void process.stdout.write(`${formatLine(line, color)}\n`);
  const tell = createTeller();
  const sequencer = createSequencer();
  let outcomes = 0;
  let seen = false;
  const story = (event: CloudEvent): void => {
    const sampled = event.type.includes('.cluster.sampled.');
    if (sampled && !seen) print(tellSample(ClusterSample.parse(event.data)));
    else for (const line of tell(event)) print(line);
    seen ||= sampled;
  };
  const catchUp = (now_ms: number): void => sequencer.due(now_ms).forEach(story);
  const take = (event: CloudEvent): void => {
    if (end.signal.aborted) return;
    if (options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else sequencer.take(event, performance.now());
    if (event.type.includes('.outcome.recorded.') && ++outcomes === options.exitAfter) end.abort();
  };
  const follow = async (stream: 'telemetry' | 'decisions'): Promise<void> => {
    for await (const { event } of opened.bus.follow(stream, [`evenkeel.v1.${stream}.>`], 'all', end.signal))
      take(event);
  };
  const telling = setInterval(() => catchUp(performance.now()), 200);
  await Promise.all([follow('telemetry'), follow('decisions')]);
  clearInterval(telling);
  catchUp(Number.POSITIVE_INFINITY);
}

function settingsOf(servers: { nats_url: string; redis_url: string }, tokens: { read: string; write: string }) {
  const read = readSettings(
    {
      EVENKEEL_NATS_URL: servers.nats_url,
      EVENKEEL_REDIS_URL: servers.redis_url,
      EVENKEEL_LOG_LEVEL: process.env.EVENKEEL_LOG_LEVEL ?? 'error',
      EVENKEEL_HTTP_PORT: process.env.EVENKEEL_HTTP_PORT ?? '0',
      EVENKEEL_PVE_READ_TOKEN: tokens.read,
      EVENKEEL_PVE_WRITE_TOKEN: tokens.write,
      OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
    },
    () => '',
  );
  if (!read.ok) throw new Error(read.problems.join('; '));
  return read.settings;
}

const clusterOf = (simulator: { port: number; fingerprint: string }) => ({
  name: demoCluster,
  hosts: [`127.0.0.1:${simulator.port}`],
  fingerprints: [simulator.fingerprint],
});
