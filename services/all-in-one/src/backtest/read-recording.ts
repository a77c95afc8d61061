import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Bus } from '@evenkeel/bus';
import { ClusterSample, clusterSampled, filterOf, historyBackfilled } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { UsageError } from '../commands/fail.ts';
import type { Recorded } from './play-config.ts';

/** A recording that can be played as often as there are configurations. */
export type Recording = {
  cluster: string;
  /** What is to be known of it by a reader. */
  note: string;
  play: () => AsyncIterable<Recorded>;
};

const sampleType = '.cluster.sampled.';
const pastType = '.history.backfilled.';

/** What a line says: an event as it travels, of which only samples and histories count, or the data of a sample. */
function readLine(text: string, place: string): Recorded | undefined {
  const json = parse(text);
  if (!json) throw new UsageError(`${place}: not JSON`);
  const { value } = json;
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (typeof type === 'string' && type.includes(pastType)) {
    const past = historyBackfilled.data.safeParse(data);
    return past.success ? { kind: 'past', past: past.data } : undefined;
  }
  if (typeof type === 'string' && !type.includes(sampleType)) return undefined;
  const sample = ClusterSample.safeParse(typeof type === 'string' ? data : value);
  if (sample.success) return { kind: 'sample', sample: sample.data };
  const [issue] = sample.error.issues;
  throw new UsageError(`${place}: no cluster.sampled: ${issue?.path.join('.') || 'the line'}: ${issue?.message}`);
}

/** An entry as a line that can be read again. */
export const lineOf = (entry: Recorded): string =>
  JSON.stringify(
    entry.kind === 'sample'
      ? { type: typeOf(clusterSampled), data: entry.sample }
      : { type: typeOf(historyBackfilled), data: entry.past },
  );

/** Called with a sentence where the last line was cut off: whoever wrote it was killed, and all before it is whole. */
type Warn = (sentence: string) => void;

async function* readLines(file: string, end: number, warn: Warn): AsyncGenerator<Recorded> {
  let number = 0;
  let open: { line: string; place: string } | undefined;
  const input = createReadStream(file, { encoding: 'utf8', end });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (line.trim() === '') continue;
    const found = open && readLine(open.line, open.place);
    if (found) yield found;
    open = { line, place: `${file}:${number}` };
  }
  if (!open) return;
  if (number > 1 && !parse(open.line)) return warn(`${open.place}: the last line was cut off and does not count`);
  const found = readLine(open.line, open.place);
  if (found) yield found;
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Those of one cluster, each sample later than the one before. */
async function* ofCluster(entries: AsyncIterable<Recorded>, cluster: string): AsyncGenerator<Recorded> {
  let last = '';
  for await (const entry of entries) {
    if (entry.kind === 'past') {
      if (entry.past.cluster === cluster) yield entry;
    } else if (entry.sample.cluster === cluster && entry.sample.at > last) {
      last = entry.sample.at;
      yield entry;
    }
  }
}

/** A recording in a file of JSON lines, as long as it is now; a last line that was cut off is warned of, once. UsageError where there is no sample of the cluster in it. */
export async function fileRecording(file: string, wanted: string | undefined, warn: Warn): Promise<Recording> {
  const warned = new Set<string>();
  const once: Warn = (sentence) => {
    if (!warned.has(sentence)) warn(sentence);
    warned.add(sentence);
  };
  const names = new Set<string>();
  const info = await stat(file);
  const end = info.isFile() ? info.size - 1 : Number.POSITIVE_INFINITY;
  for await (const entry of readLines(file, end, once)) {
    if (entry.kind !== 'sample') continue;
    names.add(entry.sample.cluster);
    if (wanted === undefined || entry.sample.cluster === wanted) {
      const { cluster } = entry.sample;
      return { cluster, note: `from ${file}`, play: () => ofCluster(readLines(file, end, once), cluster) };
    }
  }
  const there = names.size === 0 ? 'no sample' : `samples of ${[...names].join(', ')} only`;
  throw new UsageError(`${file} holds ${there}${wanted === undefined ? '' : `, none of ${wanted}`}`);
}

/**
 * What the telemetry stream holds of a cluster now, up to its last sample: six hours, unless the server keeps more. What comes later is
 * not played; what the server lets go of meanwhile is gone.
 */
export async function streamRecording(bus: Bus, cluster: string): Promise<Recording> {
  const sampled = filterOf(clusterSampled, cluster);
  const subjects = [sampled, filterOf(historyBackfilled, cluster)];
  const last = (await bus.last('telemetry', sampled))?.sequence ?? 0;
  const first = last > 0 ? await firstOf(bus, subjects) : 0;
  async function* entries(): AsyncGenerator<Recorded> {
    for await (const { event, sequence } of bus.read('telemetry', subjects, first)) {
      if (sequence > last) return;
      const sampled = event.type.includes(sampleType) ? ClusterSample.safeParse(event.data) : undefined;
      const past = event.type.includes(pastType) ? historyBackfilled.data.safeParse(event.data) : undefined;
      if (sampled?.success) yield { kind: 'sample', sample: sampled.data };
      else if (past?.success) yield { kind: 'past', past: past.data };
    }
  }
  const note = last > 0 ? `messages ${first} to ${last} of the telemetry stream` : 'from the telemetry stream';
  return { cluster, note, play: () => ofCluster(entries(), cluster) };
}

async function firstOf(bus: Bus, subjects: string[]): Promise<number> {
  for await (const { sequence } of bus.read('telemetry', subjects)) return sequence;
  return 0;
}
