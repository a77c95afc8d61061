import { iso, millis } from '@evenkeel/model';
import { describe, expect, it } from 'vitest';
import type { Running } from './execution.ts';
import { type FollowFacts, follow } from './follow.ts';
import { readLog } from './read-log.ts';
import { approval, configOf, createWorld, t0 } from './testing/index.ts';

const running: Running = {
  state: 'running',
  migration: approval(101, 'n1', 'n2'),
  started_at: iso(t0),
  upid: 'UPID:n1:0:0:0:qmigrate:101:bal@pve!lb:',
  adopted: false,
  known_tasks: [],
};
const ended = (exit: string, lines: string[] = []): Extract<FollowFacts['task'], { state: 'ended' }> => ({
  state: 'ended',
  exit,
  log: readLog(lines),
});
const row = createWorld({ 101: 'n1' }).rows[0]!;

type Case = [
  string,
  {
    seconds?: number;
    /** Seconds by which this machine's clock is set on meanwhile. */
    jump?: number;
    from?: Partial<Running>;
    task: FollowFacts['task'];
    node?: string | null;
    lock?: string;
    placed?: boolean;
    real?: string;
    hastate?: string;
  },
  object,
];
const settling = { settling_since: iso(t0) };
const end = (ending: object) => ({ do: 'put', next: { state: 'ended', ending } });
const arrived = (next: object) => ({
  do: 'put',
  next: { state: 'validating', validating_since: expect.any(String), ...next },
});
const hamigrate = { upid: 'UPID:n1:0:0:0:hamigrate:101:bal@pve!lb:' };
const stalled = (pause_ms: number, sent = '6.0') =>
  readLog([
    `2026-03-01 12:01:00 migration active, transferred ${sent} GiB of 4.0 GiB VM-state, 100.0 MiB/s`,
    '2026-03-01 12:01:01 auto-increased downtime to continue migration: 200 ms',
    `2026-03-01 12:01:02 auto-increased downtime to continue migration: ${pause_ms} ms`,
  ]);
const planned = (timeout_seconds: number): Partial<Running> => {
  const { migration_plan } = running.migration;
  const execution_steps = [
    { step: 1, action: 'migration_preparation' as const, description: '', timeout_seconds: 30 },
    { step: 2, action: 'live_migration' as const, description: '', timeout_seconds },
  ];
  return { migration: { ...running.migration, migration_plan: { ...migration_plan, execution_steps } } };
};
const stopTaken = (seconds: number): Partial<Running> => ({
  stop_asked_at: iso(t0 + seconds * 1000),
  stop_because: 'it took too long',
  stop_taken: true,
});
const refusedStop: Partial<Running> = {
  stop_asked_at: iso(t0 + 7_201_000),
  stop_because: 'it took too long',
  stop_refused: 'the token lacks Sys.Modify on /nodes/n1',
};

describe('a running migration', () => {
  const cases: Case[] = [
    ['is waited for', { task: { state: 'running' } }, { do: 'wait' }],
    ['is waited for on its target, too', { task: { state: 'running' }, node: 'n2' }, { do: 'wait' }],
    ['has arrived on its target', { task: ended('OK'), node: 'n2' }, arrived({ exit: 'OK', warnings: [] })],
    [
      'is not over while its guest is locked',
      { task: ended('OK'), node: 'n2', lock: 'migrate' },
      { do: 'put', next: { state: 'running' } },
    ],
    [
      'has arrived where a backup or a person has locked its guest since',
      { task: ended('OK'), node: 'n2', lock: 'backup' },
      arrived({ exit: 'OK', warnings: [] }),
    ],
    [
      'is not over while its guest bears a lock that nobody knows',
      { task: ended('OK'), node: 'n2', lock: 'new-in-10' },
      { do: 'put', next: { state: 'running' } },
    ],
    [
      'has arrived although its lock stays',
      { seconds: 31, from: settling, task: ended('unexpected status'), node: 'n2', lock: 'migrate' },
      arrived({
        warnings: [
          'unexpected status',
          'it is still locked (migrate): once no task of it runs any more, qm unlock 101',
        ],
      }),
    ],
    [
      'has arrived in spite of problems',
      { task: ended('migration problems'), node: 'n2' },
      arrived({ exit: 'migration problems', warnings: ['migration problems'] }),
    ],
    [
      'settles before it is given up',
      { task: ended('migration aborted') },
      { do: 'put', next: { settling_since: iso(t0 + 15_000) } },
    ],
    [
      'is waited for while it settles',
      { seconds: 20, from: settling, task: ended('migration aborted') },
      { do: 'wait' },
    ],
    [
      'fails with the reason of the log',
      {
        seconds: 31,
        from: settling,
        task: ended('migration aborted', [
          "2026-03-01 12:00:00 ERROR: migration aborted (duration 00:00:01): Can't connect to destination address using public key",
        ]),
      },
      end({ kind: 'failed', fault: 'path', reason: "Can't connect to destination address using public key" }),
    ],
    [
      'fails with a lock that stays',
      { seconds: 31, from: settling, task: ended('unexpected status'), lock: 'migrate' },
      end({
        kind: 'failed',
        reason:
          'unexpected status; qemu/101 is still locked (migrate): once no task of it runs any more, qm unlock 101',
      }),
    ],
    [
      'fails where the guest is elsewhere',
      { seconds: 31, from: settling, task: ended('OK'), node: 'n3' },
      end({ kind: 'failed', reason: 'qemu/101 is on n3: moved by somebody else' }),
    ],
    [
      'fails where the guest is gone',
      { seconds: 31, from: settling, task: ended('OK'), node: null },
      end({ kind: 'failed', fault: 'guest' }),
    ],
    [
      'fails where a good end moved nothing',
      { seconds: 31, from: settling, task: ended('OK') },
      end({ kind: 'failed', fault: 'cluster' }),
    ],
    [
      'is not judged while places cannot be read',
      { seconds: 99, from: settling, task: ended('OK'), placed: false },
      { do: 'wait' },
    ],
    [
      'is given up, and its guest held, where it cannot be seen for a day',
      { seconds: 86_401, task: ended('OK'), placed: false },
      end({
        kind: 'failed',
        hold: true,
        reason: 'where qemu/101 is could still not be read 86401 s after it started to move',
      }),
    ],
    [
      'has arrived without its task in the end',
      { seconds: 31, from: settling, task: { state: 'unknown' }, node: 'n2' },
      arrived({ warnings: ['the end of its task could not be read'] }),
    ],
    ['is not given up without its task', { seconds: 31, from: settling, task: { state: 'unknown' } }, { do: 'wait' }],
    [
      'does not go on settling once it runs',
      { seconds: 31, from: settling, task: { state: 'running' } },
      { do: 'put', next: { state: 'running' } },
    ],
    [
      'waits for HA to take it up',
      { seconds: 60, from: { ...settling, ...hamigrate }, task: ended('OK') },
      { do: 'wait' },
    ],
    [
      'follows what HA started',
      { seconds: 60, from: { ...settling, ...hamigrate }, task: ended('OK'), real: 'UPID:real' },
      { do: 'put', next: { upid: 'UPID:real' } },
    ],
    [
      'fails where HA does nothing',
      { seconds: 181, from: { ...settling, ...hamigrate }, task: ended('OK') },
      end({ kind: 'failed', reason: 'HA did not carry it out, but qemu/101 is on n1' }),
    ],
    [
      'is asked to stop when it takes too long',
      { seconds: 7201, task: { state: 'running' } },
      { do: 'stop', next: { stop_asked_at: iso(t0 + 7_201_000) } },
    ],
    [
      'is left the time that its plan gives',
      { seconds: 900, from: planned(900), task: { state: 'running' } },
      { do: 'wait' },
    ],
    [
      'is asked to stop when it takes longer than planned',
      { seconds: 901, from: planned(900), task: { state: 'running' } },
      { do: 'stop', next: { stop_asked_at: iso(t0 + 901_000) } },
    ],
    [
      'is asked to stop when it takes longer than the configuration allows, whatever its plan gives',
      { seconds: 7201, from: planned(9000), task: { state: 'running' } },
      { do: 'stop' },
    ],
    [
      'is said to be stuck where it should have stopped',
      { seconds: 1100, from: { ...planned(900), ...stopTaken(901) }, task: { state: 'running' } },
      end({
        kind: 'failed',
        hold: true,
        reason: 'stuck: still running after 1100 s, although it was to stop: it took too long',
      }),
    ],
    [
      'is asked to stop where it does not converge',
      { seconds: 100, task: { state: 'running', log: stalled(12_800) } },
      {
        do: 'stop',
        next: {
          stop_for_pause: true,
          stop_because:
            'it does not converge: it would pause the guest for up to 12.8 s, 10 s at most; 6 GiB of 4 GiB sent',
        },
      },
    ],
    [
      'is asked to stop where it sends the same over and over',
      { seconds: 100, task: { state: 'running', log: stalled(200, '24.1') } },
      { do: 'stop', next: { stop_because: 'it does not converge: 24.1 GiB of 4 GiB sent, 6 times at most' } },
    ],
    [
      'is left to Proxmox while the pause stays short',
      { seconds: 100, task: { state: 'running', log: stalled(6400) } },
      { do: 'wait' },
    ],
    [
      'is asked to stop once',
      { seconds: 110, from: { stop_asked_at: iso(t0 + 100_000) }, task: { state: 'running', log: stalled(25_600) } },
      { do: 'wait' },
    ],
    [
      'has failed by its guest where it did not converge',
      {
        seconds: 140,
        from: {
          settling_since: iso(t0 + 105_000),
          stop_asked_at: iso(t0 + 100_000),
          stop_for_pause: true,
          stop_because: 'why',
        },
        task: ended('interrupted by signal'),
      },
      end({ kind: 'failed', fault: 'guest', reason: 'stopped: why' }),
    ],
    [
      'is asked to stop again where that was refused, and goes on until it ends',
      { seconds: 7400, from: refusedStop, task: { state: 'running' } },
      { do: 'stop', next: { stop_asked_at: iso(t0 + 7_400_000), stop_because: 'it took too long' } },
    ],
    [
      'is asked to stop again where nobody knows whether it was asked',
      { seconds: 7400, from: { stop_asked_at: iso(t0 + 7_201_000) }, task: { state: 'running' } },
      { do: 'stop', next: { stop_asked_at: iso(t0 + 7_400_000) } },
    ],
    [
      'has arrived where it could not be stopped',
      { seconds: 7500, from: refusedStop, task: ended('OK'), node: 'n2' },
      arrived({
        exit: 'OK',
        warnings: ['was to be stopped (it took too long), could not be: the token lacks Sys.Modify on /nodes/n1'],
      }),
    ],
    [
      'has arrived where a pause held back that it is stopped',
      {
        seconds: 7500,
        from: { ...refusedStop, stop_refused: 'stopping a task was not sent: paused by anna: new memory.' },
        task: ended('OK'),
        node: 'n2',
      },
      arrived({
        warnings: [
          'was to be stopped (it took too long), could not be: stopping a task was not sent: paused by anna: new memory.',
        ],
      }),
    ],
    [
      'has failed by itself where it could not be stopped',
      { seconds: 7500, from: { ...settling, ...refusedStop }, task: ended('migration aborted') },
      end({
        kind: 'failed',
        reason:
          'migration aborted; it was to be stopped (it took too long), could not be: the token lacks Sys.Modify on /nodes/n1',
      }),
    ],
    [
      'is waited for where it could not be stopped and cannot be read, as long as its plan gives',
      { seconds: 600, from: { ...settling, ...refusedStop, stop_asked_at: iso(t0) }, task: { state: 'unknown' } },
      { do: 'wait' },
    ],
    [
      'is given up where it can neither be stopped nor read',
      { seconds: 7400, from: { ...settling, ...refusedStop }, task: { state: 'unknown' } },
      end({
        kind: 'failed',
        hold: true,
        reason: expect.stringMatching(/could not be stopped: the token lacks Sys.Modify.*could not be read/),
      }),
    ],
    [
      'says after a day why it could not be stopped',
      { seconds: 86_500, from: refusedStop, task: { state: 'running' } },
      end({
        kind: 'failed',
        hold: true,
        reason: expect.stringMatching(/could not be stopped: the token lacks Sys.Modify/),
      }),
    ],
    [
      'is waited for while HA still has the request',
      { seconds: 300, from: { ...settling, ...hamigrate }, task: ended('OK'), hastate: 'migrate' },
      { do: 'wait' },
    ],
    [
      'is waited for while HA still has the request, longer than its plan gives',
      { seconds: 7400, from: { ...settling, ...hamigrate, ...planned(900) }, task: ended('OK'), hastate: 'relocate' },
      { do: 'wait' },
    ],
    [
      'is given up where HA has not come to it within a day',
      { seconds: 86_401, from: { ...settling, ...hamigrate, ...planned(900) }, task: ended('OK'), hastate: 'migrate' },
      end({
        kind: 'failed',
        hold: true,
        reason: 'HA has not carried it out after 86401 s, and may still do so',
        steps: [{}, { result: 'timed_out' }],
      }),
    ],
    [
      'arrives when its task ended, though a clock was set back to before it started',
      { jump: -3600, task: { ...ended('OK'), ended_at: t0 + 12_000 }, node: 'n2' },
      arrived({ arrived_at: iso(t0 + 12_000) }),
    ],
    [
      'arrives no earlier than it started, where a clock was set back and no task says when',
      { jump: -3600, task: ended('OK'), node: 'n2' },
      arrived({ arrived_at: iso(t0) }),
    ],
    [
      'fails no earlier than it started, though a clock was set back',
      { seconds: 31, jump: -3600, from: settling, task: ended('migration aborted') },
      end({ at: iso(t0) }),
    ],
    [
      'settles no faster where a clock is set on',
      { seconds: 20, jump: 3600, from: settling, task: ended('migration aborted') },
      { do: 'wait' },
    ],
    [
      'settles no slower where a clock is set back',
      { seconds: 31, jump: -3600, from: settling, task: ended('migration aborted') },
      end({ kind: 'failed' }),
    ],
    [
      'is not asked to stop because a clock is set on',
      { seconds: 800, jump: 3600, from: planned(900), task: { state: 'running' } },
      { do: 'wait' },
    ],
    [
      'is asked to stop although a clock is set back',
      { seconds: 901, jump: -3600, from: planned(900), task: { state: 'running' } },
      { do: 'stop', next: { stop_because: 'took 901 s, 900 s at most' } },
    ],
    [
      'is left time to stop although a clock is set on',
      {
        seconds: 950,
        jump: 3600,
        from: { ...planned(900), stop_asked_at: iso(t0 + 901_000) },
        task: { state: 'running' },
      },
      { do: 'wait' },
    ],
    [
      'fails where HA recovered the guest elsewhere, though its task cannot be read',
      { seconds: 31, from: settling, task: { state: 'unknown' }, node: 'n3' },
      end({ kind: 'failed', reason: 'qemu/101 is on n3: moved by somebody else' }),
    ],
    [
      'is left time to stop',
      { seconds: 7300, from: { stop_asked_at: iso(t0 + 7_201_000) }, task: { state: 'running' } },
      { do: 'wait' },
    ],
    [
      'is said to be stuck, and held',
      { seconds: 7400, from: stopTaken(7201), task: { state: 'running' } },
      end({ kind: 'failed', hold: true, reason: expect.stringMatching(/^stuck: still running after 7400 s/) }),
    ],
  ];
  it.each(cases)(
    '%s',
    (_, { seconds = 15, jump = 0, from, task, node = 'n1', lock, placed = true, real, hastate }, expected) => {
      const now = t0 + seconds * 1000;
      const since = (at: string | undefined) => (at === undefined ? 0 : now - millis(at));
      const { settling_since, stop_asked_at } = from ?? {};
      const waited = { running: now - t0, settling: since(settling_since), stopping: since(stop_asked_at) };
      const facts = {
        now: now + jump * 1000,
        waited,
        config: configOf(),
        task,
        placed,
        nodes: [],
        real_task: real ?? null,
      };
      const guest = node === null ? undefined : { ...row, node, lock, hastate };
      expect(follow({ ...running, ...from }, { ...facts, guest })).toMatchObject(expected);
    },
  );
});
