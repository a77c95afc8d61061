import { Config, type ConfigInput } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { createNotes } from './notes.ts';

test('what is worth knowing of a configuration is said once as long as it holds', () => {
  const told: string[] = [];
  const notes = createNotes({ warn: (_fields, sentence) => void told.push(sentence) }, () => false);
  const tell = (config: ConfigInput) => {
    told.length = 0;
    notes.tell(
      Config.parse({ clusters: [{ name: 'lab', hosts: ['a'], ca_file: '/ca.pem' }], mode: 'auto', ...config }),
    );
    return told;
  };
  const shut = { recommendation_thresholds: { cpu: 90 } };
  const moves = { automated_migrations: { dry_run: false } };
  expect(tell(shut)).toEqual([
    expect.stringContaining('dry_run is on'),
    expect.stringContaining('recommendation_thresholds.cpu 90 is not below'),
  ]);
  expect(tell(shut)).toEqual([]);
  expect(tell(moves)).toEqual([]);
  expect(tell({ ...moves, ...shut })).toEqual([expect.stringContaining('recommendation_thresholds.cpu 90')]);
});
