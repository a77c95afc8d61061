import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { readArguments } from '../command-line/read-arguments.ts';
import { ofProxBalance, ofProxLb, type Tried } from './defects.ts';

type Report = { testResults: { assertionResults: { status: string; failureMessages: string[] }[] }[] };

/** Vitest shortens what a table calls its rows to 40 letters. */
const told = 36;
const root = resolve(import.meta.dirname, '../..');
const all = [...ofProxBalance, ...ofProxLb];
const usage = `
npm run defects -- [P02 | L1 ...]    puts defects of other balancers into the code, one at a time, and says whether the tests named for them
                                     turn red; all of them by default
`;
const { words: asked } = readArguments(usage, {}, { words: all.map(({ id }) => id) });

let unnoticed = 0;

/** Puts each defect of the map into the code, one at a time, and says whether the test named for it notices; takes it out again. */
for (const defect of all) {
  if (!('tried' in defect) || (asked.length > 0 && !asked.includes(defect.id))) continue;
  for (const tried of defect.tried) {
    const said = tried.put_in ? noticed(tried, tried.put_in) : 'not put in';
    if (said !== 'red' && said !== 'not put in') unnoticed += 1;
    process.stdout.write(`${defect.id.padEnd(4)} ${said.padEnd(12)} ${tried.file}: ${tried.test}\n`);
  }
}
process.exitCode = unnoticed > 0 ? 1 : 0;

function noticed(tried: Tried, { file, text, instead }: NonNullable<Tried['put_in']>): string {
  const path = resolve(root, file);
  const code = readFileSync(path, 'utf8');
  if (code.split(text).length !== 2) return 'not found';
  try {
    writeFileSync(
      path,
      code.replace(text, () => instead),
    );
    return verdict(tried);
  } finally {
    writeFileSync(path, code);
  }
}

/** A line of a story is noticed by the test that plays it. */
function verdict({ file, test }: Tried): string {
  const story = file.endsWith('/then.txt') ? basename(dirname(file)) : undefined;
  const name = story
    ? `^${story}$`
    : test
        .slice(0, told)
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/%[sdi]/g, '.*');
  const where = story ? 'test/scenarios/scenarios.test.ts' : file;
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-defects-'));
  const report = join(folder, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', where, '-t', name, '--update=none'];
  try {
    spawnSync(process.execPath, [...vitest, '--reporter=json', `--outputFile=${report}`], { cwd: root });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const ran = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = ran.filter(({ status }) => status === 'failed');
    if (failed.some(({ failureMessages }) => !failureMessages.join().includes('timed out'))) return 'red';
    if (failed.length > 0) return 'timed out';
    return ran.some(({ status }) => status === 'passed') ? 'NOT NOTICED' : 'no test ran';
  } finally {
    rmSync(folder, { recursive: true });
  }
}
