import { type ApprovedMigration, Config, migrationApproved, type Outcome } from '@evenkeel/contracts';
import { executor } from '@evenkeel/executor';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { envelope, nameOfType, type Opened, openProcess, readSettings } from '@evenkeel/runtime';
import { testNats } from '@evenkeel/servers/test';
import type { Simulator } from '@evenkeel/simulator';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { approval } from '../../services/executor/src/testing/index.ts';
import { connect, storyCluster } from '../scenarios/story-cluster.ts';
import { until } from './stage/until.ts';

const nats = await testNats({ kind: 'own' });
afterAll(() => nats?.stop());

let simulator: Simulator;
let opened: Opened[] = [];
beforeEach(() => {
  const guest = (vmid: number, node: string) => ({ vmid, name: `vm${vmid}`, node, memory_gib: 8 });
  simulator = storyCluster({
    name: 'home',
    nodes: ['n1', 'n2', 'n3', 'n4'].map((name) => ({ name })),
    storages: [{ name: 'ceph', type: 'rbd', shared: true }],
    guests: [guest(101, 'n1'), guest(102, 'n3')],
  });
  simulator.advance(simulator.now() + 30_000);
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
});

const named = (name: string) =>
  Config.parse({ clusters: [{ name, hosts: ['pve1'] }], mode: 'auto', automated_migrations: { dry_run: false } });

async function open(config: Config, nats_url = 'memory:'): Promise<Opened> {
  const environment = { EVENKEEL_NATS_URL: nats_url, EVENKEEL_HTTP_PORT: '0', EVENKEEL_LOG_LEVEL: 'silent' };
  const read = readSettings(environment, () => '');
  if (!read.ok) throw new Error(read.problems.join('; '));
  const { settings } = read;
  const proxmox = (_: unknown, right: 'read' | 'write') => connect(simulator, right);
  const one = await openProcess([executor, outcomeTracker], { name: 'executor', settings, config, proxmox });
  opened.push(one);
  return one;
}

async function approve({ bus, configs }: Opened, cluster: string, vmid: number, from: string, to: string) {
  const at = (ahead: number) => new Date(simulator.now() + ahead).toISOString();
  const more: Partial<ApprovedMigration> = { cluster, approved_at: at(0), expires_at: at(300_000) };
  const migration = approval(vmid, from, to, more);
  const trace = '00-11111111111111111111111111111111-1111111111111111-01';
  const circumstances = { service: 'test', cluster, trace, config_revision: configs.current().revision };
  await bus.publish(envelope(migrationApproved, migrationApproved.of({ migration }, at(0)), circumstances));
}

const said = ({ bus }: Opened, cluster: string) =>
  Array.fromAsync(bus.read('decisions', [`evenkeel.v1.decisions.${cluster}.>`]), ({ event }) => nameOfType(event.type));
const outcomesOf = async ({ bus }: Opened, cluster: string) =>
  (await Array.fromAsync(bus.read('decisions', [`evenkeel.v1.decisions.${cluster}.outcome.recorded.*`]), (one) => one))
    .map(({ event }) => (event.data as { outcome: Outcome }).outcome)
    .map(({ vmid, horizon, closed_early }) => `${vmid} ${horizon}: ${closed_early}`)
    .sort();
const hasSaid = (name: string, one: Opened, cluster: string) =>
  until(name, async () => (await said(one, cluster)).includes(name), { seconds: 20 });
const ready = async ({ health_port }: Opened) => (await fetch(`http://127.0.0.1:${health_port}/readyz`)).text();
const isWatched = async (one: Opened, cluster: string) =>
  (await (await fetch(`http://127.0.0.1:${one.health_port}/readyz?verbose`)).text()).includes(`executor/${cluster}/`);

describe('a cluster that no configuration names any more', { timeout: 60_000 }, () => {
  test('is kept while a migration runs there, nothing new starts, and then it goes', async () => {
    const one = await open(named('alpha'));
    await approve(one, 'alpha', 101, 'n1', 'n2');
    await hasSaid('migration.started', one, 'alpha');
    await one.change(named('prod'));
    await approve(one, 'alpha', 102, 'n3', 'n4');
    await hasSaid('migration.refused', one, 'alpha');
    expect(await isWatched(one, 'prod')).toBe(true);
    simulator.advance(simulator.now() + 120_000);
    await hasSaid('migration.completed', one, 'alpha');
    simulator.advance(simulator.now() + 120_000);
    await until('it to go', async () => !(await isWatched(one, 'alpha')), { seconds: 20 });
    expect((await one.bus.ledger.list('alpha')).filter(({ key }) => !key.includes('.done.'))).toEqual([]);
    expect(simulator.inspect().guests.map(({ vmid, node }) => [vmid, node])).toEqual([
      [101, 'n2'],
      [102, 'n3'],
    ]);
  });

  test('has an outcome for each of its migrations, which says why it was not judged in time', async () => {
    const one = await open(named('alpha'));
    await approve(one, 'alpha', 102, 'n3', 'n4');
    await hasSaid('migration.started', one, 'alpha');
    simulator.advance(simulator.now() + 120_000);
    await hasSaid('migration.completed', one, 'alpha');
    await approve(one, 'alpha', 101, 'n1', 'n2');
    await until('both', async () => (await said(one, 'alpha')).filter((s) => s === 'migration.started').length === 2);
    await one.change(named('prod'));
    simulator.advance(simulator.now() + 120_000);
    await until('outcomes', async () => (await outcomesOf(one, 'alpha')).length === 6, { seconds: 20 });
    const why = 'cluster alpha is no longer configured: nothing of it is seen any more';
    const three = (vmid: number) => ['1h', '24h', '5m'].map((horizon) => `${vmid} ${horizon}: ${why}`);
    expect(await outcomesOf(one, 'alpha')).toEqual([...three(101), ...three(102)]);
  });

  test.skipIf(!nats)(
    'after a restart is named with the guest that is on its way, until it has its name again',
    async () => {
      const before = await open(named('alpha'), nats!.url);
      await approve(before, 'alpha', 101, 'n1', 'n2');
      await hasSaid('migration.started', before, 'alpha');
      await opened.pop()!.close();
      const renamed = await open(named('prod'), nats!.url);
      expect(await ready(renamed)).toMatch(
        /^clusters\/alpha: qemu\/101 n1->n2: begun in cluster alpha, .* list it under that name again until it is over$/m,
      );
      simulator.advance(simulator.now() + 120_000);
      await renamed.change(named('alpha'));
      await hasSaid('migration.completed', renamed, 'alpha');
      expect(await ready(renamed)).toBe('ready\n');
    },
  );
});
