import { iso } from '@evenkeel/model';
import type { Ended, Ending, Execution } from './execution.ts';

type Fault = NonNullable<Ending['fault']>;

const end = (from: Execution, now: number, ending: Partial<Ending> & Pick<Ending, 'kind' | 'reason'>): Ended => ({
  state: 'ended',
  migration: from.migration,
  ...(from.state === 'running'
    ? { start: { started_at: from.started_at, upid: from.upid, adopted: from.adopted } }
    : {}),
  ending: { at: iso(now), warnings: [], hold: false, ...ending },
});

export const refuse = (from: Execution, now: number, code: string, reason: string): Ended =>
  end(from, now, { kind: 'refused', code, reason });

export const fail = (from: Execution, now: number, fault: Fault, reason: string, hold = false): Ended =>
  end(from, now, { kind: 'failed', fault, reason, hold });

export const complete = (
  from: Execution,
  now: number,
  found: Pick<Ending, 'warnings'> & { transfer?: Ending['transfer'] },
): Ended =>
  end(from, now, {
    kind: 'completed',
    reason: `runs on ${from.migration.target_node}`,
    warnings: found.warnings,
    ...(found.transfer ? { transfer: found.transfer } : {}),
  });
