import { capsOf, planState, ruleContext } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { chanceOfRelief, chancesOfGain, makeMove, type Planning } from './planned-move.ts';

const nodes = [aNode('a'), aNode('b')];

/** Eight guests on `a`, four on `b`; those on `a` are as busy now as said, and usually otherwise. */
function planning({ now, usual }: { now: number; usual: number }): Planning {
  const guests = Array.from({ length: 12 }, (_, i) => aGuest(100 + i, i < 8 ? 'a' : 'b', { cpu: i < 8 ? now : 0.9 }));
  const profiles = guests.map((g, i) => {
    const profile = aProfile(g, { window_hours: 168 });
    return i < 8 ? { ...profile, cpu: { ...profile.cpu, day: usual, week: usual } } : profile;
  });
  const config = aConfig();
  const sample = aCluster(nodes, guests);
  return {
    state: planState(sample, profiles, config),
    ctx: ruleContext(sample, config),
    config,
    caps: capsOf(config),
    memory: { judged: [], paths: {}, last_run: {} },
    taken: new Set(),
  };
}

describe('the chance that a move brings something', () => {
  const busyForLong = planning({ now: 0.95, usual: 0.95 });
  const busyByChance = planning({ now: 0.95, usual: 0.3 });

  test('is near 1 where the source is busy now and usually', () =>
    expect(Math.min(...Object.values(chancesOfGain(busyForLong.state, [0], 0, 1)))).toBeGreaterThan(0.99));

  test('is lower where the source is busy by chance, and usually less so than the target', () => {
    const { now, usual } = chancesOfGain(busyByChance.state, [0], 0, 1);
    expect(now).toBeGreaterThan(0.9);
    expect(usual).toBeLessThan(0.1);
  });

  test('is near 0 from an idle node to a busy one', () =>
    expect(chanceOfRelief(busyForLong.state, [8], 1, 0)).toBeLessThan(0.01));

  test('is said of moves that are made for what they bring, and of no others', () => {
    expect(makeMove(planning({ now: 0.95, usual: 0.95 }), [0], 1).chances?.now).toBeGreaterThan(0.99);
    expect(makeMove(planning({ now: 0.95, usual: 0.95 }), [0], 1, { mandatory: 'drain' }).chances).toBeUndefined();
  });
});
