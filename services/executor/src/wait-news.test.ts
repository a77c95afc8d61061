import { expect, test } from 'vitest';
import type { Execution } from './execution.ts';
import { approval } from './testing/index.ts';
import { createWaitNews } from './wait-news.ts';

const execution = (vmid: number): Execution => ({ state: 'approved', migration: approval(vmid, 'n1', 'n2') });

test('what a migration waits for is news once, again when it changes, and for each by itself', () => {
  const news = createWaitNews();
  const [one, two] = [execution(101), execution(102)];
  const tell = (reason: string, ...executions: Execution[]) => {
    const waits = new Map(executions.map(({ migration }) => [migration.migration_id, reason]));
    return news.of('lab', executions, waits).map(({ guest, reason: said }) => `${guest} ${said}`);
  };
  expect(tell('it is locked (backup)', one)).toEqual(['qemu/101 it is locked (backup)']);
  expect(tell('it is locked (backup)', one, two)).toEqual(['qemu/102 it is locked (backup)']);
  expect(tell('1 of 2 slots are taken', one)).toEqual(['qemu/101 1 of 2 slots are taken']);
  expect(tell('2 of 2 slots are taken', one)).toEqual([]);
  expect(tell('running', one)).toEqual([]);
  expect(tell('2 of 2 slots are taken', one)).toEqual(['qemu/101 2 of 2 slots are taken']);
  expect(news.of('lab', [], new Map())).toEqual([]);
  expect(tell('it is locked (backup)', two)).toEqual(['qemu/102 it is locked (backup)']);
});
