import { join } from 'node:path';
import type { Outgoing } from '@evenkeel/bus';
import {
  type AnyEvent,
  answerGiven,
  automationRefused,
  automationRequested,
  events,
  invariantBroken,
  type StreamClass,
} from '@evenkeel/contracts';
import { envelope, nameOfType } from '@evenkeel/runtime';
import type { DescriptionInput } from '@evenkeel/simulator';
import { type Change, readGiven } from '../../scenarios/given.ts';
import { play } from '../../scenarios/play.ts';

export const known: readonly AnyEvent[] = [...events, automationRequested, answerGiven];

/** Of each event and command some that are as they should be, by name. */
export type Genuine = Map<string, Outgoing[]>;

const story = join(import.meta.dirname, '../../scenarios/approved-by-hand');
const afterwards: Change[] = [
  { minute: 11, fault: { kind: 'fail', times: 1 } },
  { minute: 20, command: { do: 'pause', reason: 'lunch' } },
  { minute: 21, command: { do: 'resume' } },
  { minute: 22, command: { do: 'mode', mode: 'auto' } },
  { minute: 25, fault: { kind: 'refuse', times: 1, status: 403, message: 'no' } },
  { minute: 26, command: { do: 'drain', node: 'c', reason: 'x' } },
];

/** What is said in a story in which everything happens, in one that begins with its past, and what never is. */
export async function tellGenuine(): Promise<{ said: Genuine; cluster: DescriptionInput }> {
  const given = await readGiven(story);
  const { bus, simulator } = await play({ ...given, changes: [...(given.changes ?? []), ...afterwards] });
  const past = await play({ cluster: given.cluster, config: { collection: { backfill: true } }, minutes: 1 });
  const said: Genuine = new Map();
  const keep = (stream: StreamClass, subject: string, event: Outgoing['event']): void => {
    const name = nameOfType(event.type);
    said.set(name, [...(said.get(name) ?? []), { stream, subject, event, once: false }]);
  };
  for (const stream of ['telemetry', 'decisions', 'commands'] as const) {
    for await (const { subject, event } of bus.read(stream, [`evenkeel.v1.${stream}.>`])) keep(stream, subject, event);
    for await (const { subject, event } of past.bus.read(stream, [`evenkeel.v1.${stream}.>`]))
      keep(stream, subject, event);
  }
  const cluster = simulator.name;
  const at = new Date(simulator.now()).toISOString();
  const broken = { cluster, at, invariant: 'one_end' as const, migration_ids: ['m'], sentence: 'said twice' };
  const config_revision = said.get('cluster.sampled')?.[0]?.event.configrevision;
  const change = { do: 'resume' as const };
  const refused = { cluster, command_id: 'c', by: 'x', change, reason: 'the clocks disagree by at least 200 s' };
  const around = { cluster, trace: '', config_revision };
  for (const { stream, subject, event } of [
    envelope(invariantBroken, invariantBroken.of(broken, at), { ...around, service: 'outcome-tracker' }),
    envelope(automationRefused, automationRefused.of(refused, at), { ...around, service: 'filter-pipeline' }),
  ])
    keep(stream, subject, event);
  return { said, cluster: { ...given.cluster, name: cluster } };
}
