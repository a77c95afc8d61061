import type { GuestHistory, OpenHours } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { decodeCells, emptyCell, hourMs } from './cell.ts';
import { changePart, closeHours, hoursOf } from './close-hours.ts';
import { foldSample } from './fold-sample.ts';
import { historyParts, partOf } from './history.ts';
import { clusterSample, guestSample } from './testing/sample.ts';

const start = Date.UTC(2026, 0, 5, 0, 0, 20);
const ids = Array.from({ length: 200 }, (_, i) => `qemu/${100 + i}`);

type State = { open: OpenHours | undefined; parts: Map<number, Record<string, GuestHistory>>; written: number[] };

function live(state: State, at: number, guests: string[]): State {
  const sample = clusterSample(
    at,
    guests.map((guest) => guestSample({ guest, identity: 'f'.repeat(40), cpu: 0.37, mem: 2 ** 38 })),
  );
  const folded = foldSample(state.open, sample);
  const { open, parts } = closeHours(folded.open, folded.forgotten);
  const after = new Map(state.parts);
  for (const [part, change] of parts) after.set(part, changePart(after.get(part), change));
  return { open, parts: after, written: [...state.written, parts.size] };
}

function run(hours: number, seconds: number, guests: string[]): State {
  let state: State = { open: undefined, parts: new Map(), written: [] };
  for (let at = start; at <= start + hours * hourMs; at += seconds * 1000) state = live(state, at, guests);
  return state;
}

test.each([60, 300, 3600])('each closed hour reaches the history within another, sampled every %d s', (seconds) => {
  const { open, parts } = run(6, seconds, ids);
  for (const guest of ids) {
    const history = parts.get(partOf(guest))?.[guest] as GuestHistory;
    expect(history.end * hourMs).toBeGreaterThanOrEqual(start + 4.9 * hourMs);
    expect(history.end + hoursOf(open?.guests[guest]?.[8] ?? '')).toBe(open?.guests[guest]?.[1]);
    const { codes } = decodeCells(history.cells);
    expect(codes.every((code) => code === codes[0])).toBe(true);
  }
});

test('no sample pays for all guests', () => {
  const { written } = run(6, 30, ids);
  expect(Math.max(...written)).toBeLessThanOrEqual(2);
  expect(written.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(5 * new Set(ids.map(partOf)).size);
});

test('a guest takes no more than 4 KiB after three weeks, and two weeks are kept', () => {
  const guest = 'qemu/999999999';
  const { open, parts } = run(21 * 24, 600, [guest]);
  const history = parts.get(partOf(guest))?.[guest] as GuestHistory;
  const bytes = JSON.stringify({ [guest]: history }).length + JSON.stringify({ [guest]: open?.guests[guest] }).length;
  expect(hoursOf(history.cells)).toBe(336);
  expect(bytes).toBeLessThanOrEqual(4096);
});

test('guests spread evenly over the parts', () => {
  const sizes = Array(historyParts).fill(0);
  for (let vmid = 100; vmid < 3100; vmid++) sizes[partOf(`qemu/${vmid}`)]++;
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
});

test('forgetting a guest leaves the others of its part as they are', () => {
  const before = { 'qemu/1': { end: 5, cells: '' }, 'qemu/2': { end: 5, cells: '' } };
  const after = changePart(before, new Map([['qemu/1', { forget: true, cells: '', end: 0 }]]));
  expect(Object.keys(after)).toEqual(['qemu/2']);
  expect(after['qemu/2']).toBe(before['qemu/2']);
});

test('a guest that is another now keeps its own first hour only', () => {
  const old = run(5, 600, ['qemu/100']);
  const at = start + 5 * hourMs + 600_000;
  const other = clusterSample(at + hourMs, [guestSample({ identity: 'born-again', cpu: 0.1 })]);
  const folded = foldSample(old.open, other);
  const { parts } = closeHours(folded.open, folded.forgotten);
  const part = partOf('qemu/100');
  const after = changePart(old.parts.get(part), parts.get(part) ?? new Map());
  expect(hoursOf(after['qemu/100']?.cells ?? '')).toBeLessThanOrEqual(1);
});

describe('a closed hour waits for the turn of its part', () => {
  const hour = Math.floor(start / hourMs);
  const part = partOf('qemu/100');
  const turn = hour * hourMs + (part * 3_000_000) / historyParts;
  const at = (now: number, cells: string): OpenHours => ({
    at: new Date(now).toISOString(),
    gap_ms: 60_000,
    guests: { 'qemu/100': ['born-once', hour, '0a', 5, 6, 7, 8, 9, cells] },
  });
  const cell = emptyCell;

  test.each([
    ['before it nothing is written', turn - 1, cell, undefined],
    ['from then on it is', turn, cell, cell],
    ['two hours do not wait', turn - 1, cell + cell, cell + cell],
    ['where none is closed none is written', turn + 1, '', undefined],
  ])('%s', (_, now, cells, written) => {
    const before = at(now, cells);
    const { open, parts } = closeHours(before, []);
    expect(parts.get(part)?.get('qemu/100')).toEqual(
      written === undefined ? undefined : { forget: false, cells: written, end: hour },
    );
    if (written === undefined) expect(open).toBe(before);
    else expect(open.guests['qemu/100']).toEqual(['born-once', hour, '0a', 5, 6, 7, 8, 9, '']);
  });

  test('who is forgotten is so at once, what is not due stays open', () => {
    const { open, parts } = closeHours(at(turn - 1, cell), ['qemu/100']);
    expect(parts.get(part)?.get('qemu/100')).toEqual({ forget: true, cells: '', end: hour });
    expect(open.guests['qemu/100']?.[8]).toBe(cell);
    expect(
      closeHours({ ...at(turn, ''), guests: {} }, ['qemu/100'])
        .parts.get(part)
        ?.get('qemu/100'),
    ).toEqual({
      forget: true,
      cells: '',
      end: 0,
    });
  });
});
