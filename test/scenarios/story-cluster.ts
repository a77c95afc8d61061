import { createProxmox, directTransport, type Proxmox } from '@evenkeel/proxmox';
import { createSimulator, type DescriptionInput, describeCluster, type Simulator } from '@evenkeel/simulator';

const token = { id: 'evenkeel@pve!story', secret: '00000000-0000-4000-8000-000000000000' };
const person = { id: 'root@pam!person', secret: '00000000-0000-4000-8000-000000000001' };

/** The simulated cluster of a story, with tokens for Evenkeel and for a person. */
export const storyCluster = (cluster: DescriptionInput): Simulator =>
  createSimulator(describeCluster({ tokens: [token, person], ...cluster }));

/** A client that reads time from the cluster and waits for nothing. */
export function connect(
  simulator: Simulator,
  right: 'read' | 'write',
  mayWrite: () => Promise<string | null> = async () => null,
): Proxmox {
  const now = () => simulator.now();
  return createProxmox({
    transport: directTransport((request) => ({ ...simulator.handle(request), delay_ms: 0 }), { sleep: async () => {} }),
    token: `${token.id}=${token.secret}`,
    readOnly: right === 'read',
    mayWrite,
    machine: { now, monotonic: now, sleep: async () => {} },
  });
}

/** A person moves a guest in the web interface. */
export function moveByHand(simulator: Simulator, vmid: number, to: string): void {
  const guest = simulator.inspect().guests.find((g) => g.vmid === vmid);
  if (!guest) throw new Error(`there is no guest ${vmid}`);
  const answer = simulator.handle({
    method: 'POST',
    path: `/api2/json/nodes/${guest.node}/${guest.id}/migrate`,
    query: {},
    form: { target: to, ...(guest.id.startsWith('qemu/') ? { online: '1' } : { restart: '1' }) },
    authorization: `PVEAPIToken=${person.id}=${person.secret}`,
  });
  if (answer.status !== 200) throw new Error(`moving ${vmid} by hand: ${answer.status} ${answer.reason}`);
}
