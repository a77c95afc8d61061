import { parseArgs } from 'node:util';
import { findBoth } from '../e2e/stage/servers.ts';
import { checkStory } from './check-story.ts';
import { endure } from './endure.ts';
import { planKills } from './kills.ts';
import { tellStory } from './tell-story.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '3' },
  },
});
const binaries = await findBoth();
if (!binaries) process.exit(1);

let broken = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const seed = Number(values.seed) + round;
  const began = performance.now();
  const kills = planKills(seed, Number(values.each));
  const { witness, story } = await endure(binaries, kills);
  const problems = checkStory(witness);
  if (problems.length > 0) broken++;
  console.log(`seed ${seed}: ${tellStory(kills, witness)}; ${Math.round((performance.now() - began) / 1000)} s`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) console.log(story);
}
process.exitCode = broken > 0 ? 1 : 0;
