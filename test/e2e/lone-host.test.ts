import { createProxmox, httpsTransport } from '@evenkeel/proxmox';
import { createSimulator, serve } from '@evenkeel/simulator';
import { expect, test } from 'vitest';

const token = {
  id: 'evenkeel@pve!read',
  secret: '6f1c2d3e-4b5a-4978-8695-a4b3c2d1e0f9',
  privileges: { '/': ['Sys.Audit'] },
};
const description = { name: 'lab', nodes: ['a', 'b', 'c'].map((name) => ({ name })), tokens: [token] };

/** One node as it is alone, and one as it is among the others. */
async function openParted() {
  const [lone, others] = [createSimulator(description), createSimulator(description)];
  const fronts = [await serve(lone, { via: 'a' }), await serve(others, { via: 'b' })];
  const transport = httpsTransport({
    hosts: fronts.map(({ port }) => `127.0.0.1:${port}`),
    fingerprints: fronts.map(({ fingerprint }) => fingerprint),
  });
  const proxmox = createProxmox({ transport, token: `${token.id}=${token.secret}` });
  const close = async () => {
    await proxmox.close();
    for (const front of fronts) await front.close();
  };
  return { lone, others, proxmox, close };
}

test('a node that is cut off from the others is left for one that has quorum, at the next look', async () => {
  const { lone, others, proxmox, close } = await openParted();
  const looks = async (n: number): Promise<boolean[]> => {
    const said: boolean[] = [];
    for (let i = 0; i < n; i++) {
      const [status] = await Promise.all([proxmox.status(), proxmox.resources(), proxmox.options()]);
      said.push(status.quorate);
    }
    return said;
  };
  const parted = { kind: 'no_quorum' } as const;
  const alone = lone.faults.add(parted);
  expect(await looks(3)).toEqual([false, true, true]);
  const all = others.faults.add(parted);
  expect(await looks(2)).toEqual([false, false]);
  lone.faults.remove(alone);
  expect(await looks(2)).toEqual([false, true]);
  others.faults.remove(all);
  await close();
});
