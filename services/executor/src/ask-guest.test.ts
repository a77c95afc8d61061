import type { ConfigInput } from '@evenkeel/contracts';
import { type GuestRow, type Proxmox, ProxmoxError } from '@evenkeel/proxmox';
import { describe, expect, it } from 'vitest';
import { askGuest, type Reach } from './ask-guest.ts';
import type { Signs } from './signs.ts';
import { configOf, createWorld } from './testing/index.ts';

const { proxmox, rows } = createWorld({ 101: 'n1' });
const probes = { tcp_probes: [{ guests: ['vm*'], host: '{name}.lan', port: 22 }] };
const pings = { ping_probes: [{ guests: ['vm*'] }] };
type Row = {
  guest?: Partial<GuestRow>;
  agent?: () => Promise<never>;
  checks?: ConfigInput['migration_checks'];
  up?: Awaited<ReturnType<Reach>>;
};

async function asked({ guest, agent, checks = {}, up = true }: Row) {
  const reached: string[] = [];
  const reach: Reach = async ({ host, port = 'ping' }) => {
    reached.push(`${host}:${port}`);
    return up;
  };
  const edge: Proxmox = agent ? { ...proxmox, guest_agent: agent } : proxmox;
  const config = configOf({ migration_checks: checks });
  return { signs: await askGuest({ ...rows[0]!, ...guest }, { proxmox: edge, config, reach }), reached };
}

const forbidden = async () => {
  throw new ProxmoxError('forbidden', 'the token lacks VM.GuestAgent.Audit on /vms/101');
};

describe('a guest is asked', () => {
  it.each<[string, Row, Partial<Signs>]>([
    ['by its agent', {}, { status: 'running', agent: 'answers', probe: 'none' }],
    ['not where the token may not', { agent: forbidden }, { agent: 'unknown' }],
    ['not where that is switched off', { checks: { guest_agent: false } }, { agent: 'none' }],
    ['not where it is a container', { guest: { type: 'lxc' } }, { agent: 'none' }],
    [
      'not where it is off',
      { guest: { status: 'stopped' }, checks: probes },
      { status: 'stopped', agent: 'none', probe: 'none' },
    ],
    ['at its port', { checks: probes }, { agent: 'answers', probe: 'answers' }],
    ['by a ping', { checks: pings }, { probe: 'answers', probe_is: 'ping' }],
    ['by a ping that is not answered', { checks: pings, up: false }, { probe: 'silent', probe_is: 'ping' }],
    [
      'not where nobody can ping',
      { checks: pings, up: { unable: 'there is no command ping' } },
      { probe: 'unknown', probe_is: 'ping', unable: 'there is no command ping' },
    ],
    ['at a port that is closed', { checks: probes, up: false }, { probe: 'silent' }],
  ])('%s', async (_, row, expected) => {
    expect((await asked(row)).signs).toMatchObject(expected);
  });

  it('at no port by default', async () => {
    expect((await asked({})).reached).toEqual([]);
    expect((await asked({ checks: probes })).reached).toEqual(['vm101.lan:22']);
    expect((await asked({ checks: pings })).reached).toEqual(['vm101:ping']);
    expect((await asked({ checks: { ...pings, ...probes } })).reached).toEqual(['vm101.lan:22']);
  });

  it('and what is no answer of Proxmox is thrown on', async () => {
    await expect(asked({ agent: () => Promise.reject(new TypeError('bug')) })).rejects.toThrow('bug');
  });
});
