import { iso } from '@evenkeel/model';
import { describe, expect, it } from 'vitest';
import type { Starting } from './execution.ts';
import { reconcile } from './reconcile.ts';
import { approval, configOf, createWorld, t0 } from './testing/index.ts';
import type { TracedTask } from './trace.ts';

const intent: Starting = {
  state: 'starting',
  migration: approval(101, 'n1', 'n2'),
  t0: iso(t0),
  known_tasks: ['UPID:known'],
};
const task = (more: Partial<TracedTask> = {}): TracedTask => ({
  upid: 'UPID:new',
  node: 'n1',
  type: 'qmigrate',
  id: '101',
  user: 'bal@pve',
  starttime: t0 / 1000 + 1,
  ...more,
});
const row = createWorld({ 101: 'n1' }).rows[0]!;
type Given = {
  unchanged?: number;
  seconds?: number;
  tasks?: TracedTask[];
  complete?: boolean;
  node?: string | null;
  lock?: string;
  hastate?: string;
  placed?: boolean;
};
const waits = { do: 'wait' };
const becomes = (next: object) => ({ do: 'put', next });
const lost = becomes({ state: 'ended', ending: { kind: 'failed', reason: 'not started: the request was lost' } });

const moved = (reason: string) => becomes({ state: 'ended', ending: { kind: 'refused', code: 'moved', reason } });
const held = (reason: string) => becomes({ state: 'ended', ending: { kind: 'failed', hold: true, reason } });

describe('an intent without an answer', () => {
  const cases: [string, Given, object][] = [
    ['is left to who wrote it at first', { unchanged: 4999, tasks: [task()] }, waits],
    [
      'is found in a task',
      { unchanged: 5000, tasks: [task()] },
      becomes({ state: 'running', upid: 'UPID:new', adopted: true }),
    ],
    [
      'has not started later than now, though the clock of its node is an hour ahead',
      { tasks: [task({ starttime: t0 / 1000 + 3600 })] },
      becomes({ state: 'running', started_at: iso(t0 + 60_000) }),
    ],
    ['is not found in a task that was known', { tasks: [task({ upid: 'UPID:known' })] }, lost],
    [
      'is found in a task, though the clock of its node is hours behind',
      { tasks: [task({ starttime: t0 / 1000 - 86_400 })] },
      becomes({ state: 'running', upid: 'UPID:new', started_at: iso(t0) }),
    ],
    ['is not found in a task of long before', { tasks: [task({ starttime: t0 / 1000 - 86_401 })] }, lost],
    ['is not found in a task of another guest', { tasks: [task({ id: '102' })] }, lost],
    [
      'is not found in the task that brought the guest to its source a minute before',
      { tasks: [task({ node: 'n3' })] },
      lost,
    ],
    ['is not found in a backup', { tasks: [task({ type: 'vzdump' })] }, lost],
    [
      'is found in the real task before the request to HA',
      { tasks: [task(), task({ type: 'hamigrate', upid: 'UPID:ha', starttime: t0 / 1000 + 9 })] },
      becomes({ upid: 'UPID:new' }),
    ],
    [
      'is found in the task that HA began upon our request',
      { tasks: [task({ type: 'hamigrate', upid: 'UPID:ha' }), task({ user: 'root@pam' })] },
      becomes({ state: 'running', upid: 'UPID:new' }),
    ],
    [
      'is found whatever token of the user is named',
      { tasks: [task({ user: 'bal@pve!lb' })] },
      becomes({ upid: 'UPID:new' }),
    ],
    [
      'is not found in what somebody else has tried',
      { tasks: [task({ user: 'root@pam', endtime: t0 / 1000 + 2 })] },
      lost,
    ],
    [
      'waits while somebody else moves its guest',
      { tasks: [task({ user: 'root@pam' })], lock: 'migrate', unchanged: 34_999 },
      waits,
    ],
    [
      'waits for lists that show only what somebody else does',
      { tasks: [task({ user: 'root@pam' })], complete: false },
      waits,
    ],
    [
      'was not started where somebody else moves its guest',
      { tasks: [task({ user: 'root@pam', target: 'n3' })], lock: 'migrate' },
      moved('not started: root@pam moves qemu/101 to n3 meanwhile'),
    ],
    [
      'was not started where somebody else asked HA to move its guest',
      { tasks: [task({ user: 'ann@pve', type: 'hamigrate', upid: 'UPID:ha' }), task({ user: 'root@pam' })] },
      moved('not started: root@pam moves qemu/101 meanwhile'),
    ],
    [
      'was not started where the same user moves its guest elsewhere',
      { tasks: [task({ target: 'n3' })], lock: 'migrate' },
      moved('not started: bal@pve moves qemu/101 to n3 meanwhile'),
    ],
    [
      'was not started where somebody else moved its guest to the same node',
      { tasks: [task({ user: 'root@pam', endtime: t0 / 1000 + 9, target: 'n2' })], node: 'n2' },
      moved('not started: root@pam moved qemu/101 to n2 meanwhile'),
    ],
    ['may still be carried out', { unchanged: 34_999 }, waits],
    ['is lost in the end', { unchanged: 35_000 }, lost],
    ['is not lost while tasks cannot be read', { complete: false }, waits],
    ['is not lost while places cannot be read', { placed: false }, waits],
    ['is not lost while its guest is locked', { lock: 'migrate' }, waits],
    ['is not lost while HA has taken a request for its guest', { hastate: 'migrate' }, waits],
    ['is lost where HA has none', { hastate: 'started' }, lost],
    [
      'is held at long last while HA has its guest',
      { seconds: 7201, hastate: 'relocate' },
      held('whether it was started is not known after 7201 s: HA holds qemu/101 in state relocate'),
    ],
    ['is not lost while its guest arrives', { node: 'n2', lock: 'migrate' }, waits],
    [
      'has arrived where its guest has',
      { node: 'n2' },
      becomes({ state: 'validating', adopted: true, warnings: ['the task that moved it was not found'] }),
    ],
    [
      'has failed where its guest is elsewhere',
      { node: 'n3' },
      becomes({ ending: { kind: 'failed', fault: 'unknown' } }),
    ],
    ['is lost at long last', { seconds: 7201 }, lost],
    ['may still be carried out however far the cluster is', { seconds: 7201, unchanged: 34_999 }, waits],
    [
      'is held at long last while tasks cannot be read',
      { seconds: 7201, complete: false, lock: 'backup' },
      held('whether it was started is not known after 7201 s: the tasks could not be read'),
    ],
    [
      'is held at long last while its guest is locked',
      { seconds: 7201, lock: 'migrate' },
      held('whether it was started is not known after 7201 s: qemu/101 is locked (migrate)'),
    ],
    ['is lost where somebody else has locked its guest', { lock: 'backup' }, lost],
    [
      'has arrived where somebody else has locked its guest',
      { node: 'n2', lock: 'snapshot' },
      becomes({ state: 'validating', adopted: true }),
    ],
  ];
  it.each(cases)('%s', (_, given, expected) => {
    const { unchanged = 60_000, seconds = 60, tasks = [], complete = true, node = 'n1', placed = true } = given;
    const { lock, hastate } = given;
    const patience = { post_timeout_ms: 30_000, grace_ms: 5000 };
    const facts = {
      now: t0 + seconds * 1000,
      config: configOf(),
      patience,
      unchanged_ms: unchanged,
      waited_ms: seconds * 1000,
    };
    const guest = node === null ? undefined : { ...row, node, lock, hastate };
    expect(reconcile(intent, { ...facts, user: 'bal@pve', tasks, complete, guest, placed })).toMatchObject(expected);
  });
});
