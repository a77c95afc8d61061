import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { readArguments } from '../command-line/read-arguments.ts';
import { type FileScore, scoresOf, showScores } from './scores.ts';

const core = [
  'packages/model',
  'services/filter-pipeline',
  'services/recommender',
  'services/scorer',
  'services/outcome-tracker',
  'services/profiler',
];
const usage = `
npm run mutate -- [folder ...] [options]    mutates the pure core and says which mutants no test notices; by default in
                                            ${core.join(', ')}

  --only <name>    some files only, such as cost or '{cost,series}'
  --survivors      lists the mutants that nobody noticed
`;
const { values, words } = readArguments(
  usage,
  { only: { type: 'string' }, survivors: { type: 'boolean', default: false } },
  { words: ['packages', 'services'].flatMap((all) => readdirSync(all).map((name) => `${all}/${name}`)) },
);
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

for (const folder of words.length > 0 ? words : core)
  process.stdout.write(`${showScores(folder, await mutate(folder), values.survivors)}\n`);
