import type { MigrationPlan } from '@evenkeel/contracts';
import { z } from 'zod';

/** `none` where there is nobody to ask, `unknown` where asking was not possible. */
const Sign = z.enum(['answers', 'silent', 'none', 'unknown']);

/** What a guest showed of itself when it was looked at. */
export const Signs = z.object({ status: z.string(), agent: Sign, probe: Sign });
export type Signs = z.output<typeof Signs>;

export type Response = { expected: string; actual: string; passed: boolean | null };

const name = { probe: 'its TCP port', agent: 'its guest agent' } as const;

/**
 * Whether a guest responds as it did before it moved. The port that the administrator named has the word, then the agent, each only
 * where it answered before; a guest that never answered anybody is asked no more than to run.
 */
export function compareSigns(before: Signs | undefined, now: Signs, type: MigrationPlan['migration_type']): Response {
  if (type === 'offline_migration')
    return { expected: 'stopped', actual: now.status, passed: now.status === 'stopped' };
  if (now.status === 'unknown') return { expected: 'running', actual: 'not known yet', passed: null };
  if (now.status !== 'running') return { expected: 'running', actual: now.status, passed: false };
  const who = (['probe', 'agent'] as const).find((one) => before?.[one] === 'answers');
  if (!who) return { expected: 'running', actual: `running${alsoSays(now)}`, passed: true };
  const expected = `${name[who]} answers, as before`;
  if (now[who] === 'unknown') return { expected, actual: `running; ${name[who]} could not be asked`, passed: null };
  const passed = now[who] === 'answers';
  return { expected, actual: `running; ${name[who]} ${passed ? 'answers' : 'is silent'}`, passed };
}

const alsoSays = (now: Signs): string =>
  (['probe', 'agent'] as const)
    .filter((one) => now[one] === 'answers' || now[one] === 'silent')
    .map((one) => `; ${name[one]} ${now[one] === 'answers' ? 'answers' : 'is silent'}, asked for the first time`)
    .join('');
