import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { type FileScore, scoresOf, showScores } from './scores.ts';

const core = [
  'packages/model',
  'services/filter-pipeline',
  'services/recommender',
  'services/scorer',
  'services/outcome-tracker',
  'services/profiler',
];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, survivors: { type: 'boolean', default: false } },
});
const kept = '.cache/mutation';

/** Mutates the pure files of a folder, or only those named so, and tries each mutant on the tests of that folder. */
async function mutate(folder: string): Promise<FileScore[]> {
  const files = values.only ? [`${folder}/src/**/${values.only}.ts`] : [`${folder}/src/**/*.ts`];
  const ties = ['*.test', 'service', 'main', 'index', 'sample-cluster', 'testing/**/*'];
  const results = await new Stryker({
    mutate: [...files, ...ties.map((tie) => `!${folder}/src/**/${tie}.ts`)],
    plugins: [join(import.meta.dirname, 'in-process-runner.ts')],
    testRunner: 'in-process',
    folder,
    coverageAnalysis: 'perTest',
    concurrency: 1,
    tempDirName: join(kept, 'sandbox'),
    ignorePatterns: ['.cache', 'deploy'],
    tsconfigFile: 'none',
    disableTypeChecks: false,
    reporters: ['json', 'html'],
    jsonReporter: { fileName: join(kept, `${folder.replace('/', '-')}.json`) },
    htmlReporter: { fileName: join(kept, `${folder.replace('/', '-')}.html`) },
    logLevel: 'error',
    timeoutMS: 300_000,
  } as never).runMutationTest();
  return scoresOf(results);
}

for (const folder of positionals.length > 0 ? positionals : core)
  process.stdout.write(`${showScores(folder, await mutate(folder), values.survivors)}\n`);
