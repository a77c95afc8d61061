import { expect, test } from 'vitest';
import { sayStillLocked } from './lock.ts';

test.each([
  ['qemu', 'migrate', 'still locked (migrate): once no task of it runs any more, qm unlock 101'],
  ['lxc', 'migrate', 'still locked (migrate): once no task of it runs any more, pct unlock 101'],
  ['qemu', 'backup', 'still locked (backup)'],
] as const)('%s with lock %s', (type, lock, said) => {
  expect(sayStillLocked({ lock }, { type, vmid: 101 })).toBe(said);
});
