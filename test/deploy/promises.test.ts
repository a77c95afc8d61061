import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { invariants } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';

const file = join(import.meta.dirname, '../../deploy/promises.md');
const page = readFileSync(file, 'utf8');
const rows = page.split('\n').flatMap((line) => {
  const [, number, promise, , tried] = line.split('|').map((cell) => cell.trim());
  return /^\d+$/.test(number ?? '') ? [{ number: Number(number), promise: promise ?? '', tried: tried ?? '' }] : [];
});
const linksIn = (text: string): string[] => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);

describe('the page of promises', () => {
  test('has all seventeen, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, n) => n + 1));
  });

  test.each(rows.map(({ number, ...row }) => [number, row] as const))(
    '%i is tried by tests that are there',
    (_, row) => {
      const links = linksIn(row.tried);
      expect(links.length).toBeGreaterThan(1);
      for (const link of links) expect(link).toMatch(/\.test\.ts$/);
    },
  );

  test('links only to what is there', () => {
    expect(linksIn(page).filter((link) => !existsSync(join(dirname(file), link)))).toEqual([]);
  });

  test('names each invariant that is watched, at the promise that is marked', () => {
    const marked = rows.filter(({ promise }) => promise.startsWith('†')).map(({ promise }) => promise);
    for (const invariant of Object.keys(invariants))
      expect(marked.filter((promise) => promise.includes(`\`${invariant}\``))).toHaveLength(1);
    expect(marked).toHaveLength(Object.keys(invariants).length);
  });
});
