import { ProxmoxError } from '@evenkeel/proxmox';
import { expect, test } from 'vitest';
import { watchAccess } from './watch-access.ts';

function watched() {
  const said: string[] = [];
  const say = (fields: object, message: string) => void said.push(`${message}: ${JSON.stringify(fields)}`);
  return { said, access: watchAccess({ warn: say, info: say }) };
}
const unauthorized = new ProxmoxError('unauthorized', 'the API token is not accepted');
const lacks = (privilege: string, path: string) =>
  new ProxmoxError('forbidden', `GET /x on h: the token lacks ${privilege} on ${path}; grant it`);

test('a token that is not accepted any more is said once, stands at /readyz, and is said to be accepted again', () => {
  const { said, access } = watched();
  const hear = access.of('lab', 'write');
  for (const error of [null, unauthorized, unauthorized]) hear(error);
  expect(said).toEqual([expect.stringMatching(/^the cluster does not let us in: .*"right":"write".*not accepted/)]);
  expect(access.checks().map(({ name, trouble }) => [name, trouble()])).toEqual([
    ['access/lab/write', 'the API token is not accepted'],
  ]);
  hear(null);
  expect(said).toHaveLength(2);
  expect(access.checks()).toEqual([]);
});

test('a certificate that changed is another matter than a token, and each cluster and right stands for itself', () => {
  const { said, access } = watched();
  access.of('lab', 'read')(null);
  access.of('lab', 'read')(unauthorized);
  access.of('lab', 'read')(new ProxmoxError('certificate', 'certificate fingerprint is AA, expected BB'));
  access.of('lab', 'write')(null);
  expect(said).toHaveLength(2);
  expect(access.checks().map(({ trouble }) => trouble())).toEqual(['certificate fingerprint is AA, expected BB']);
});

test('a privilege that is lacking is said once with the first path, and nothing stops for it', () => {
  const { said, access } = watched();
  const hear = access.of('lab', 'write');
  for (let vmid = 100; vmid < 200; vmid++) hear(lacks('VM.GuestAgent.Audit', `/vms/${vmid}`));
  hear(lacks('VM.Migrate', '/vms/100'));
  expect(said).toEqual([
    expect.stringContaining('lacks VM.GuestAgent.Audit on /vms/100'),
    expect.stringContaining('lacks VM.Migrate on /vms/100'),
  ]);
  expect(access.checks()).toEqual([]);
});

test('what is barred from the start stands at /readyz; whoever could not begin has said so in the log', () => {
  const { said, access } = watched();
  access.of('lab', 'read')(unauthorized);
  expect(said).toEqual([]);
  expect(access.checks()).toHaveLength(1);
});

test('what passes by itself is nobody’s right', () => {
  const { said, access } = watched();
  for (const kind of ['timeout', 'unreachable', 'refused'] as const)
    access.of('lab', 'read')(new ProxmoxError(kind, 'x'));
  expect([said, access.checks()]).toEqual([[], []]);
});
