import { Config } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { createReload } from './reload.ts';

const observing = Config.parse({});
const acting = Config.parse({ mode: 'auto' });

/** A reload whose file and whose servers are what the test says. */
function setUp() {
  const logged: string[] = [];
  const inForce: string[] = [];
  const world = { file: observing as Config | Error, away: 0 };
  const reload = createReload({
    log: {
      info: (_fields, message) => void logged.push(`info: ${message}`),
      warn: (_fields, message) => void logged.push(`warn: ${message}`),
      error: (_fields, message) => void logged.push(`error: ${message}`),
    },
    read: () => {
      if (world.file instanceof Error) throw world.file;
      return world.file;
    },
    change: async ({ mode }) => {
      if (world.away-- > 0) throw new Error('TIMEOUT');
      inForce.push(mode);
      return mode;
    },
    pause_ms: 1,
  });
  return { reload, world, logged, inForce };
}

test('while the servers are away it goes on trying, and says so once', async () => {
  const { reload, world, logged, inForce } = setUp();
  world.away = 3;
  await reload();
  expect(inForce).toEqual(['observe']);
  expect(logged).toEqual([
    'warn: the changed configuration could not be put in force yet; still trying',
    'info: configuration read again',
  ]);
});

test('what was read later wins, whatever still waits', async () => {
  const { reload, world, inForce } = setUp();
  world.away = 5;
  world.file = acting;
  const first = reload();
  world.file = observing;
  await Promise.all([first, reload()]);
  expect(inForce).toEqual(['observe']);
});

test('what is not valid changes nothing, and takes the place of nothing', async () => {
  const { reload, world, logged, inForce } = setUp();
  world.away = 2;
  const first = reload();
  world.file = new Error('line 1: mode is "go"');
  await Promise.all([first, reload()]);
  expect(inForce).toEqual(['observe']);
  expect(logged).toContain('error: the changed configuration is not valid; the old one stays in force');
});
