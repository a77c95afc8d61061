import { expect, test } from 'vitest';
import { probeOf } from './probe-of.ts';
import { configOf } from './testing/index.ts';

const { migration_checks: checks } = configOf({
  migration_checks: {
    probe_timeout_seconds: 2,
    tcp_probes: [
      { guests: ['db-*'], host: '{name}.example.org', port: 5432 },
      { guests: ['tag:WEB'], port: 443 },
      { guests: ['205', 'qemu/206'], host: '10.0.0.205', port: 22 },
    ],
    ping_probes: [{ guests: ['db-*', 'vpn'] }],
  },
});
const guest = (name: string | undefined, vmid = 101, tags: string[] = []) => ({
  type: 'qemu',
  name,
  vmid,
  tags,
});

test.each([
  ['by its name', guest('db-1'), 'db-1.example.org:5432'],
  ['by the first that names it', guest('db-1', 205, ['web']), 'db-1.example.org:5432'],
  ['by its tag', guest('shop', 101, ['web']), 'shop:443'],
  ['by its vmid, whatever it is called', guest('../x', 205), '10.0.0.205:22'],
  ['by its id', guest('db', 206), '10.0.0.205:22'],
  ['by a ping, where no TCP probe names it', guest('vpn'), 'vpn:undefined'],
  ['not, where no probe names it', guest('mail'), null],
  ['not, where its name is no host name', guest('db-1 evil', 101), null],
  ['not, where its name would lead elsewhere', guest('db-1@other', 101), null],
  ['not, where it has no name', guest(undefined, 101, ['web']), null],
])('a guest is reached %s', (_, of, expected) => {
  const to = probeOf(of, checks);
  expect(to && `${to.host}:${to.port}`).toBe(expected);
  if (to) expect(to.timeout_ms).toBe(2000);
});

test('nobody is reached by default', () => {
  expect(probeOf(guest('db-1'), configOf().migration_checks)).toBe(null);
});
