import fc from 'fast-check';
import { expect, it } from 'vitest';
import { directTransport } from '../direct-transport.ts';
import { type Proxmox, ProxmoxError } from '../port.ts';
import { createProxmox } from '../proxmox.ts';
import { smallCluster, upid } from '../testing/small-cluster.ts';

const vm = { node: 'n1', type: 'qemu', vmid: 100 } as const;
const reads: ((proxmox: Proxmox) => Promise<unknown>)[] = [
  (p) => p.version(),
  (p) => p.status(),
  (p) => p.resources(),
  (p) => p.options(),
  (p) => p.node_status('n1'),
  (p) => p.guest_config(vm),
  (p) => p.guest_snapshots(vm),
  (p) => p.node_history('n1', 'day'),
  (p) => p.guest_history(vm, 'day'),
  (p) => p.ha_resources(),
  (p) => p.ha_rules(),
  (p) => p.maintenance_nodes(),
  (p) => p.cluster_tasks(),
  (p) => p.node_tasks('n1', {}),
  (p) => p.task_status(upid),
  (p) => p.task_log(upid),
  (p) => p.migration_preconditions(vm, 'n2'),
  (p) => p.permissions(),
];

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

async function expectSane(body: string, read: (proxmox: Proxmox) => Promise<unknown>): Promise<void> {
  const transport = directTransport(() => ({ status: 200, reason: 'OK', headers: {}, body }));
  const answer = await read(createProxmox({ transport, token: 'a@b!c=d' })).catch((error: unknown) => {
    expect(error).toBeInstanceOf(ProxmoxError);
  });
  expect(numbersIn(answer).filter((n) => !Number.isFinite(n) || n < 0)).toEqual([]);
}

it('any JSON is decoded or refused, and never becomes a number that is none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.constantFrom(...reads), (data, read) => expectSane(`{"data":${data}}`, read)),
    { numRuns: 400 },
  );
});

const oddities = fc.oneof(
  fc.constantFrom(null, -1, '-1', 'NaN', 'Infinity', '1e999', 1e308, '', '0x10', [], {}, true, '__proto__', '12abc'),
  fc.double(),
  fc.jsonValue(),
);

/** A real answer in which some leaves are something else. */
function spoil(value: unknown, next: () => unknown | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => spoil(item, next));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoil(item, next)]));
  }
  return next() ?? value;
}

it('a real answer with spoilt fields is read or refused, never believed', async () => {
  const asked: { path: string; read: (typeof reads)[number] }[] = [];
  let read = reads[0]!;
  const watching = createProxmox({
    token: 'a@b!c=d',
    transport: directTransport((request) => {
      asked.push({ path: request.path, read });
      return smallCluster(request);
    }),
  });
  for (read of reads) await read(watching);
  expect(asked.map(({ path }) => path)).toContain('/api2/json/cluster/ha/groups');
  expect(asked).toHaveLength(reads.length + 2);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...asked),
      fc.infiniteStream(fc.option(oddities, { freq: 3, nil: undefined })),
      async ({ path, read }, stream) => {
        const { data } = JSON.parse(smallCluster({ method: 'GET', path }).body) as {
          data: unknown;
        };
        const spoilt = spoil(data, () => stream.next().value);
        await expectSane(JSON.stringify({ data: spoilt }), read);
      },
    ),
    { numRuns: 600 },
  );
});
