import { createProxmox, directTransport } from '@evenkeel/proxmox';
import { createSimulator } from '@evenkeel/simulator';
import { describe, expect, it } from 'vitest';

const secret = '00000000-0000-4000-8000-000000000000';
const right = { 8: 'VM.Monitor', 9: 'VM.GuestAgent.Audit' };

const begin = (major: 8 | 9, privileges: string[]) => {
  const simulator = createSimulator({
    name: 'lab',
    version: major === 8 ? '8.4' : '9.2',
    nodes: [{ name: 'a' }, { name: 'b' }],
    tokens: [{ id: 'e@pve!k', secret, privileges: { '/': ['VM.Audit', ...privileges] } }],
    guests: [
      { vmid: 100, name: 'web', node: 'a' },
      { vmid: 101, name: 'bare', node: 'a', config: { agent: '0' } },
      { vmid: 102, name: 'off', node: 'a', status: 'stopped' },
      { vmid: 103, name: 'ct', node: 'a', type: 'lxc' },
    ],
  });
  const proxmox = createProxmox({ token: `e@pve!k=${secret}`, transport: directTransport(simulator.handle) });
  return {
    simulator,
    ask: (vmid: number, type: 'qemu' | 'lxc' = 'qemu') => proxmox.guest_agent({ node: 'a', type, vmid }),
  };
};

describe.each([8, 9] as const)('the guest agent, PVE %i', (major) => {
  it('answers where the guest has one', async () => {
    const { ask } = begin(major, [right[major]]);
    expect(await ask(100)).toBe('answers');
    expect(await ask(101)).toBe('none');
    expect(await ask(103, 'lxc')).toBe('none');
    await expect(ask(102)).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(/not running/) });
  });

  it('is silent where it hangs', async () => {
    const { simulator, ask } = begin(major, [right[major]]);
    simulator.faults.add({
      kind: 'error',
      path: '/nodes/a/qemu/100/agent',
      message: 'QEMU guest agent is not running',
    });
    expect(await ask(100)).toBe('silent');
  });

  it('is asked only by who may: the message names path and privilege', async () => {
    const { ask } = begin(major, []);
    await expect(ask(100)).rejects.toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(`lacks ${right[major]}.* on /vms/100`),
    });
  });
});
