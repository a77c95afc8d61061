import { describe, expect, it } from 'vitest';
import { playTrial } from './play-trial.ts';
import { monotonicOf, setClock, wallOf } from './replica.ts';
import { rows } from './rows.ts';
import { runRow } from './run-row.ts';
import { shrink, tellTrial } from './shrink.ts';
import { undisturbed } from './strike.ts';
import { linelessRows, tellTable } from './table.ts';
import type { Trial } from './trial.ts';

/** Of each row a few trials of each seed. */
const sample = 2;
const seeds = [1, 15, 50];

describe.each(rows)('$what', { timeout: 120_000 }, (row) => {
  it.each(seeds)('breaks no promise (seed %i)', async (seed) => {
    const seen = row.sees ? (await playTrial(undisturbed(seed, row.sees === 'one' ? 1 : 3))).points : new Map();
    let counted = 0;
    for (let n = 0; n < sample; n++) {
      const trial = row.trial(seed, n, seen);
      const witness = await playTrial(trial);
      counted += row.count(witness);
      expect(row.check(witness), tellTrial(trial)).toEqual([]);
    }
    expect(counted).toBeGreaterThan(0);
  });
});

describe('a trial', { timeout: 120_000 }, () => {
  const trial: Trial = {
    seed: 5,
    replicas: 2,
    approvals: [
      { vmid: 101, from: 'a', to: 'b', after_s: 1 },
      { vmid: 102, from: 'b', to: 'c', after_s: 2 },
    ],
    troubles: [
      { do: 'kill', at: { point: 'after proxmox.migrate', nth: 1 }, down_s: 5 },
      { do: 'fault', fault: { kind: 'fail', vmid: 102 } },
      { do: 'forget', what: 'all', after_s: 9 },
    ],
  };

  it('that there was no time for is no pass: its row says so', async () => {
    const ran = await runRow(rows[0]!, { seed: 1, wanted: 50, until: performance.now() });
    expect(ran).toMatchObject({ done: 0, wanted: 50, trials: 0 });
    expect(tellTable([ran])).toContain('NOT DONE');
    expect(tellTable([{ ...ran, done: 50 }])).not.toContain('NOT DONE');
  });

  it('always goes the same', async () => {
    const [one, other] = [await playTrial(trial), await playTrial(trial)];
    expect(other.events).toEqual(one.events);
    expect(other.points).toEqual(one.points);
    expect(one.struck).toHaveLength(1);
    expect(one.seconds).toBeGreaterThan(10);
  });

  it('that breaks a promise is told without what does not matter', async () => {
    const small = await shrink(trial, ({ events }) =>
      events.some(({ type }) => type.includes('migration.failed')) ? ['a migration failed'] : [],
    );
    expect(small).toEqual({
      seed: 5,
      replicas: 1,
      approvals: [trial.approvals[1]],
      troubles: [{ do: 'fault', fault: { kind: 'fail', vmid: 102 } }],
    });
    expect(tellTrial(small)).toBe(
      'seed 5, 1 executor\n  2 s: 102 b → c is approved\n  {"do":"fault","fault":{"kind":"fail","vmid":102}}',
    );
  });

  it('has no point at which nobody can be killed: each await of the executor is passed', async () => {
    const { points } = await playTrial(trial);
    for (const call of [
      'proxmox.migrate',
      'store.commit',
      'bus.ack',
      'publish migration.started',
      'publish migration.completed',
      'ledger update migration starting',
      'ledger create done',
    ])
      for (const side of ['before', 'after']) expect([...points.keys()]).toContain(`${side} ${call}`);
  });
});

it('every row stands in the table of what is promised', () => expect(linelessRows()).toEqual([]));

describe('the clock of a replica', () => {
  it('runs fast or slow and jumps; the monotonic one only runs', () => {
    let now = 1_000_000;
    const ground = { simulator: { now: () => now }, off: new Map() } as unknown as Parameters<typeof setClock>[0];
    const read = () => [wallOf('x', ground)() - now, monotonicOf('x', ground)() - now];
    expect(read()).toEqual([0, 0]);
    setClock(ground, 'x', { off_ms: 3_600_000, rate: 0.02 });
    now += 100_000;
    expect(read()).toEqual([3_602_000, 2_000]);
    setClock(ground, 'x', { off_ms: 0, rate: -0.02 });
    expect(read()).toEqual([0, 2_000]);
    now += 50_000;
    expect(read()).toEqual([-1_000, 1_000]);
  });
});
