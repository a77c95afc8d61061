import { connectNats } from '@evenkeel/bus';
import { Config, replaySubjectOf } from '@evenkeel/contracts';
import { openConfigSource } from '@evenkeel/runtime';
import { testNats } from '@evenkeel/servers/test';
import { afterAll, describe, expect, test } from 'vitest';
import { evenkeel } from '../testing/evenkeel.ts';

const nats = await testNats({ kind: 'own' });
afterAll(() => nats?.stop());

describe.skipIf(!nats)('dead letters on the command line', () => {
  const dead = (...args: string[]) => evenkeel(['dead', ...args], { EVENKEEL_NATS_URL: nats!.url });

  test('are listed, shown, said again and dropped', async () => {
    const bus = await connectNats({ servers: nats!.url, name: 'test' });
    const lab = { name: 'lab', hosts: ['10.0.0.1'], fingerprints: [], read_token_file: '/token' };
    await openConfigSource(bus.ledger, Config.parse({ clusters: [lab] }));
    const letter = { service: 'scorer', stream: 'decisions' as const, subject: 'evenkeel.v1.decisions.lab.x.y' };
    const headers = { 'ce-id': 'x/lab/y', 'ce-source': 'x', 'ce-type': 'x', 'ce-time': '2026-01-01T00:00:00Z' };
    const body = new TextEncoder().encode('{"n":1}');
    await bus.bury({ ...letter, sequence: 5, reason: 'a\nbug', body, headers });
    await bus.bury({ ...letter, sequence: 6, reason: 'another', body, headers });

    const listed = await dead('list');
    expect(listed.out.split('\n').filter(Boolean)).toEqual([
      '   1  scorer           x/lab/y: a·bug',
      '   2  scorer           x/lab/y: another',
    ]);
    expect(JSON.parse((await dead('show', '1')).out)).toMatchObject({ reason: 'a\nbug', body: { n: 1 } });
    expect(await dead('replay', '1', '7')).toMatchObject({
      code: 1,
      out: '1 said again to scorer\n',
      err: 'evenkeel: no dead letter 7\n',
    });
    const gone = 'evenkeel.v1.decisions.old.x.y';
    await bus.bury({ ...letter, subject: gone, sequence: 7, reason: 'a third', body, headers });
    expect(await dead('replay', '3')).toMatchObject({
      code: 1,
      out: '3 cannot be said again: cluster old is not configured; there is lab\n',
    });
    await bus.drop_letter(3);
    const again = await bus.last('decisions', replaySubjectOf({ ...letter, cluster: 'lab' }, '1'));
    expect(again?.event).toMatchObject({ id: 'x/lab/y', subject: 'lab', data: { n: 1 } });
    const typo = { code: 2, out: '', err: expect.stringContaining('no service "executer"; there are collector, ') };
    expect(await dead('list', '--service', 'executer')).toMatchObject(typo);
    expect(await dead('drop', '--all', '--service', 'executer')).toMatchObject(typo);
    expect((await dead('list', '--service', 'executor')).out).toBe('no dead letters of executor\n');
    expect((await dead('drop', '--all', '--service', 'executor')).out).toBe('0 letters dropped\n');
    expect((await dead('drop', '--all')).out).toBe('2 dropped\n1 letter dropped\n');
    expect((await dead('list')).out).toBe('no dead letters\n');
    expect(await dead('drop')).toMatchObject({ code: 2, err: expect.stringContaining('--all') });
    await bus.close();
  });
});
