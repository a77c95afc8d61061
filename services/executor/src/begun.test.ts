import { iso } from '@evenkeel/model';
import { expect, test } from 'vitest';
import { begun } from './begun.ts';
import type { Execution } from './execution.ts';
import { approval, t0 } from './testing/index.ts';

const migration = approval(101, 'n1', 'n2');
const start = { started_at: iso(t0), upid: 'UPID:n1:1', adopted: false };
const ending = { kind: 'failed' as const, at: iso(t0), reason: 'x', warnings: [], hold: true };

test.each<[Execution, string[]]>([
  [{ state: 'approved', migration }, []],
  [{ state: 'claimed', migration }, []],
  [{ state: 'starting', migration, t0: iso(t0), known_tasks: [] }, ['qemu/101 n1->n2']],
  [{ state: 'running', migration, ...start, known_tasks: [] }, ['qemu/101 n1->n2']],
  [{ state: 'ended', migration, ending }, ['qemu/101 n1->n2']],
])('begun or not: $state', (execution, expected) => {
  expect(begun([execution, { state: 'of another version' }])).toEqual(expected);
});
