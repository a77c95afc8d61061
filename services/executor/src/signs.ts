import type { MigrationPlan } from '@evenkeel/contracts';
import { z } from 'zod';

/** `none` where there is nobody to ask, `unknown` where asking was not possible. */
const Sign = z.enum(['answers', 'silent', 'none', 'unknown']);

/** What a guest showed of itself when it was looked at. */
export const Signs = z.object({
  status: z.string(),
  agent: Sign,
  probe: Sign,
  /** What the probe was; a port where that is not said. */
  probe_is: z.enum(['port', 'ping']).optional(),
  /** Why the probe could not be made. */
  unable: z.string().optional(),
});
export type Signs = z.output<typeof Signs>;

export type Response = { expected: string; actual: string; passed: boolean | null };

const probes = { port: 'its TCP port', ping: 'the ping to it' } as const;
const nameOf = (who: 'probe' | 'agent', { probe_is = 'port' }: Signs): string =>
  who === 'agent' ? 'its guest agent' : probes[probe_is];

/**
 * Whether a guest responds as it did before it moved. The port that the administrator named has the word, then the agent, each only
 * where it answered before; a guest that never answered anybody is asked no more than to run.
 */
export function compareSigns(before: Signs | undefined, now: Signs, type: MigrationPlan['migration_type']): Response {
  if (type === 'offline_migration')
    return { expected: 'stopped', actual: now.status, passed: now.status === 'stopped' };
  if (now.status === 'unknown') return { expected: 'running', actual: 'not known yet', passed: null };
  if (now.status !== 'running') return { expected: 'running', actual: now.status, passed: false };
  const isSameProbe = (before?.probe_is ?? 'port') === (now.probe_is ?? 'port');
  const who = (['probe', 'agent'] as const).find(
    (one) => before?.[one] === 'answers' && (one === 'agent' || isSameProbe),
  );
  if (!who) return { expected: 'running', actual: `running${alsoSays(now)}`, passed: true };
  const name = nameOf(who, now);
  const expected = `${name} answers, as before`;
  if (now[who] === 'unknown') {
    const why = who === 'probe' && now.unable !== undefined ? `: ${now.unable}` : '';
    return { expected, actual: `running; ${name} could not be asked${why}`, passed: null };
  }
  const passed = now[who] === 'answers';
  return { expected, actual: `running; ${name} ${passed ? 'answers' : 'is silent'}`, passed };
}

const alsoSays = (now: Signs): string =>
  (['probe', 'agent'] as const)
    .filter((one) => now[one] === 'answers' || now[one] === 'silent')
    .map((one) => `; ${nameOf(one, now)} ${now[one] === 'answers' ? 'answers' : 'is silent'}, asked for the first time`)
    .concat(now.unable === undefined ? [] : [`; ${nameOf('probe', now)} could not be asked: ${now.unable}`])
    .join('');
