import { Config, type ConfigInput } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { createNotes } from './notes.ts';

test('what is not in force yet, and all else worth knowing, is said once as long as it holds', () => {
  const told: string[] = [];
  const notes = createNotes({ warn: (_fields, sentence) => void told.push(sentence) }, () => false);
  const tell = (config: ConfigInput) => {
    told.length = 0;
    notes.tell(
      Config.parse({ clusters: [{ name: 'lab', hosts: ['a'], ca_file: '/ca.pem' }], mode: 'auto', ...config }),
    );
    return told;
  };
  const even = { distribution_balancing: { enabled: true } };
  const moves = { automated_migrations: { dry_run: false } };
  expect(tell(even)).toEqual([
    expect.stringContaining('dry_run is on'),
    expect.stringContaining('distribution_balancing is on, but not in force yet'),
  ]);
  expect(tell(even)).toEqual([]);
  expect(tell(moves)).toEqual([]);
  expect(tell({ ...moves, ...even })).toEqual([expect.stringContaining('not in force yet')]);
});
