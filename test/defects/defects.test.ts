import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Defect, ofProxBalance, ofProxLb } from './defects.ts';

const root = resolve(import.meta.dirname, '../..');
const all = [...ofProxBalance, ...ofProxLb];
const shared = process.env.EVENKEEL_SHARED ?? resolve(root, '../shared');
const notes = resolve(shared, 'facts/proxbalance.md');

describe('each defect of others has a test that would show it here, or cannot occur', () => {
  test.each(all.map((defect) => [defect.id, defect] as [string, Defect]))('%s', (_, defect) => {
    if ('cannot' in defect) expect(defect.cannot).toMatch(/^[A-Z].{30,}\.$/);
    else for (const { file, test } of defect.tried) expect(readFileSync(resolve(root, file), 'utf8')).toContain(test);
  });
  test.each(all.flatMap((defect) => ('tried' in defect ? [[defect.id, defect.tried] as const] : [])))(
    '%s can be put in to see its tests red: pnpm defects',
    (_, tried) => {
      for (const { put_in } of tried)
        if (put_in) expect(readFileSync(resolve(root, put_in.file), 'utf8').split(put_in.text)).toHaveLength(2);
    },
  );
  test('each is listed once', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });
});

test.skipIf(!existsSync(notes))('every defect that was noted is listed', () => {
  const noted = new Set(readFileSync(notes, 'utf8').match(/\b[PR]\d\d\b/g));
  expect([...noted].filter((id) => !all.some((defect) => defect.id === id)).sort()).toEqual([]);
});
