import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, LedgerEntry } from './port.ts';

/** What every ledger must do, also under contention. */
export function ledgerContract(name: string, make: () => Promise<Bus>): void {
  describe(`ledger: ${name}`, () => {
    let bus: Bus;
    beforeAll(async () => {
      bus = await make();
    });
    afterAll(() => bus.close());
    const unique = () => `test-${randomUUID().slice(0, 8)}`;

    test('a key is created once, changed by its revision, removed, and created again', async () => {
      const { ledger } = bus;
      const key = `${unique()}.claim`;
      const first = (await ledger.create(key, { owner: 'a' })) as number;
      expect(await ledger.create(key, { owner: 'b' })).toBeNull();
      expect(await ledger.get(key)).toEqual({ key, value: { owner: 'a' }, revision: first });

      const second = (await ledger.update(key, { owner: 'c' }, first)) as number;
      expect(second).toBeGreaterThan(first);
      expect(await ledger.update(key, { owner: 'd' }, first)).toBeNull();
      expect(await ledger.remove(key, first)).toBe(false);
      expect(await ledger.remove(key, second)).toBe(true);
      expect(await ledger.get(key)).toBeNull();
      expect(await ledger.update(key, { owner: 'e' }, second)).toBeNull();
      expect(await ledger.create(key, { owner: 'f' })).toBeGreaterThan(second);
    });

    test('one of many wins', async () => {
      const { ledger } = bus;
      const key = `${unique()}.slot`;
      const created = await Promise.all([...Array(10).keys()].map((i) => ledger.create(key, i)));
      const revision = created.find((won) => won !== null) as number;
      expect(created.filter((won) => won !== null)).toHaveLength(1);
      const updated = await Promise.all([...Array(10).keys()].map((i) => ledger.update(key, i, revision)));
      expect(updated.filter((won) => won !== null)).toHaveLength(1);
    });

    test('a list is of whole tokens, in order, without what was removed', async () => {
      const { ledger } = bus;
      const own = unique();
      for (const key of ['slot.2', 'slot.1', 'slots.1', 'slot', 'slot.3']) await ledger.create(`${own}.${key}`, key);
      const third = (await ledger.get(`${own}.slot.3`)) as LedgerEntry;
      await ledger.remove(third.key, third.revision);
      const keys = (entries: LedgerEntry[]) => entries.map(({ value }) => value);
      expect(keys(await ledger.list(`${own}.slot`))).toEqual(['slot', 'slot.1', 'slot.2']);
      expect(keys(await ledger.list(own))).toEqual(['slot', 'slot.1', 'slot.2', 'slots.1']);
      expect(await ledger.list(`${own}.nothing`)).toEqual([]);
    });

    test('what was read cannot be changed in place', async () => {
      const { ledger } = bus;
      const key = `${unique()}.value`;
      await ledger.create(key, { parts: [1] });
      const entry = (await ledger.get(key)) as { value: { parts: number[] } } & LedgerEntry;
      entry.value.parts.push(2);
      expect((await ledger.get(key))?.value).toEqual({ parts: [1] });
    });
  });
}
