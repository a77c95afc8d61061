import { expect, test } from 'vitest';
import { compareSigns, type Signs } from './signs.ts';

const runs = (more: Partial<Signs> = {}): Signs => ({ status: 'running', agent: 'none', probe: 'none', ...more });
type Row = [string, Partial<Signs> | undefined, Partial<Signs>, boolean | null, string];

test.each<Row>([
  ['runs, and there is nobody to ask', {}, {}, true, 'running'],
  ['does not run', {}, { status: 'stopped' }, false, 'stopped'],
  ['is paused', {}, { status: 'paused' }, false, 'paused'],
  ['is not known to its node yet', {}, { status: 'unknown' }, null, 'not known yet'],
  ['agent answers as before', { agent: 'answers' }, { agent: 'answers' }, true, 'running; its guest agent answers'],
  ['agent has fallen silent', { agent: 'answers' }, { agent: 'silent' }, false, 'running; its guest agent is silent'],
  [
    'agent was silent before',
    { agent: 'silent' },
    { agent: 'silent' },
    true,
    'running; its guest agent is silent, asked for the first time',
  ],
  [
    'agent could not be asked before',
    { agent: 'unknown' },
    { agent: 'silent' },
    true,
    'running; its guest agent is silent, asked for the first time',
  ],
  [
    'agent cannot be asked any more',
    { agent: 'answers' },
    { agent: 'unknown' },
    null,
    'running; its guest agent could not be asked',
  ],
  [
    'port answers, the agent does not',
    { agent: 'answers', probe: 'answers' },
    { agent: 'silent', probe: 'answers' },
    true,
    'running; its TCP port answers',
  ],
  [
    'port does not answer, the agent does',
    { agent: 'answers', probe: 'answers' },
    { agent: 'answers', probe: 'silent' },
    false,
    'running; its TCP port is silent',
  ],
  [
    'ping is answered as before',
    { probe: 'answers', probe_is: 'ping' },
    { probe: 'answers', probe_is: 'ping' },
    true,
    'running; the ping to it answers',
  ],
  [
    'ping cannot be sent any more',
    { probe: 'answers', probe_is: 'ping' },
    { probe: 'unknown', probe_is: 'ping', unable: 'there is no command ping' },
    null,
    'running; the ping to it could not be asked: there is no command ping',
  ],
  [
    'ping could never be sent',
    { probe: 'unknown', probe_is: 'ping', unable: 'there is no command ping' },
    { probe: 'unknown', probe_is: 'ping', unable: 'there is no command ping' },
    true,
    'running; the ping to it could not be asked: there is no command ping',
  ],
  [
    'ping was answered, but a port is asked now',
    { probe: 'answers', probe_is: 'ping' },
    { probe: 'silent', probe_is: 'port' },
    true,
    'running; its TCP port is silent, asked for the first time',
  ],
  [
    'port never answered, the agent does',
    { agent: 'answers', probe: 'silent' },
    { agent: 'answers', probe: 'silent' },
    true,
    'running; its guest agent answers',
  ],
  [
    'was never looked at before',
    undefined,
    { agent: 'answers' },
    true,
    'running; its guest agent answers, asked for the first time',
  ],
])('a guest that %s', (_, before, now, passed, actual) => {
  expect(compareSigns(before && runs(before), runs(now), 'live_migration')).toMatchObject({ passed, actual });
});

test.each([
  ['stopped', true],
  ['running', false],
])('a guest that moved while it was off and is %s', (status, passed) => {
  expect(compareSigns(undefined, runs({ status }), 'offline_migration')).toMatchObject({ passed, expected: 'stopped' });
});
