import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { InstrumenterContext, MutantCoverage, StrykerOptions } from '@stryker-mutator/api/core';
import {
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { type Collected, collectFrom } from './collect-tests.ts';

const collector = new URL('collect-tests.ts', import.meta.url).href;

/** From now on Node loads what lies in this folder anew after each call, with `vitest` there being what collects tests. */
function loadAnewFrom(folder: string): () => void {
  let time = 0;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'vitest' && context.parentURL?.startsWith(folder))
        return { url: collector, shortCircuit: true };
      const found = next(specifier, context);
      return found.url.startsWith(folder) ? { ...found, url: `${found.url}?${time}` } : found;
    },
  });
  return () => {
    time += 1;
  };
}

/** CPU time of a test that takes part; a mutant that nobody notices meets all of them. */
const longestMs = 200;

async function failureOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** A mutated test is taken to run for ever once it has had so much CPU time, however busy the machine is. */
const endlessMs = 1000;
const lastCall = { run: (): unknown => undefined };
Object.assign(globalThis, { lastCall });
const callIt = new Script('lastCall.run()');

/** Runs a test that may never end; throws where it does not. */
function runWithin({ run }: Collected): unknown {
  for (let patience = 2 * endlessMs; ; patience *= 2) {
    const started = process.cpuUsage();
    lastCall.run = run;
    try {
      return callIt.runInThisContext({ timeout: patience });
    } catch (error) {
      const late = (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!late || process.cpuUsage(started).user > 1000 * endlessMs) throw error;
    }
  }
}

/** What instrumented code looks at, to know which mutant is active, and where it counts what it came through. */
const switchboard = (): InstrumenterContext => {
  const shared = globalThis as { __stryker__?: InstrumenterContext };
  shared.__stryker__ ??= {};
  return shared.__stryker__;
};

const activate = (mutant?: string) => Object.assign(switchboard(), { activeMutant: mutant, hitCount: 0 });

/** Runs the tests as they are, and says how long each took; those that take long are left to the whole suite. */
async function runUnmutated(
  tests: readonly Collected[],
): Promise<{ result: DryRunResult; times: Map<string, number> }> {
  const results: TestResult[] = [];
  for (const { id, name, file, run } of tests) {
    switchboard().currentTestId = id;
    const started = process.cpuUsage();
    const failureMessage = await failureOf(run);
    const about = { id, name, fileName: file, timeSpentMs: process.cpuUsage(started).user / 1000 };
    if (failureMessage === undefined) results.push({ ...about, status: TestStatus.Success });
    else results.push({ ...about, status: TestStatus.Failed, failureMessage });
  }
  delete switchboard().currentTestId;
  const { mutantCoverage = { static: {}, perTest: {} } } = switchboard();
  for (const { id, timeSpentMs } of results) if (timeSpentMs > longestMs) delete mutantCoverage.perTest[id];
  const quick = results.filter(({ timeSpentMs }) => timeSpentMs <= longestMs);
  const times = new Map(results.map(({ id, timeSpentMs }) => [id, timeSpentMs]));
  return { result: { status: DryRunStatus.Complete, tests: quick, mutantCoverage }, times };
}

/** Undefined if the tests also fail without the mutant: then something that an earlier one left is at fault. */
async function runMutated(
  tests: readonly Collected[],
  { activeMutant, hitLimit, mutantActivation }: MutantRunOptions,
): Promise<MutantRunResult | undefined> {
  for (const [index, test] of tests.entries()) {
    const { id, run } = test;
    activate(activeMutant.id);
    const failureMessage = await failureOf(() => runWithin(test));
    const overrun = hitLimit !== undefined && (switchboard().hitCount ?? 0) > hitLimit;
    const endless = overrun || failureMessage?.includes('Script execution timed out') === true;
    activate();
    if (failureMessage === undefined) continue;
    if (mutantActivation === 'runtime' && (await failureOf(run)) !== undefined) return undefined;
    if (endless) return { status: MutantRunStatus.Timeout, reason: 'comes through the same place without end' };
    return { status: MutantRunStatus.Killed, killedBy: [id], failureMessage, nrOfTests: index + 1 };
  }
  return { status: MutantRunStatus.Survived, nrOfTests: tests.length };
}

/**
 * Tries mutants of pure code on the tests of `folder` within this process: hundreds in the time in which vitest starts for one.
 * A mutant that is only met while files load is met by loading them all again.
 */
export function createRunner(options: StrykerOptions): TestRunner {
  const sandbox = process.cwd();
  const forget = loadAnewFrom(pathToFileURL(sandbox).href);
  const files = globSync(`${options.folder}/src/**/*.test.ts`, { cwd: sandbox }).toSorted();
  let tests: Collected[] = [];
  let times = new Map<string, number>();
  let coverage: MutantCoverage['perTest'] = {};
  let stale = true;

  async function load(): Promise<void> {
    forget();
    const all = await collectFrom(files, (file) => import(pathToFileURL(join(sandbox, file)).href));
    const timeOf = ({ id }: Collected) => times.get(id) ?? 0;
    tests = all.filter((test) => timeOf(test) <= longestMs).sort((a, b) => timeOf(a) - timeOf(b));
    stale = false;
  }

  /** Tries a mutant on files that were loaded without it. */
  async function tryLoaded(run: MutantRunOptions, takesPart: (test: Collected) => boolean): Promise<MutantRunResult> {
    activate();
    if (stale) await load();
    const result = await runMutated(tests.filter(takesPart), { ...run, mutantActivation: 'runtime' });
    if (result) return result;
    stale = true;
    return tryLoaded(run, takesPart);
  }

  /** One that tests come through, though it is met while files load, too, is tried like others: loading all again takes long. */
  async function tryMutant(run: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, testFilter, mutantActivation, hitLimit } = run;
    Object.assign(switchboard(), { hitLimit });
    const meets = ({ id }: Collected) => (coverage[id]?.[activeMutant.id] ?? 0) > 0;
    if (mutantActivation === 'runtime') return tryLoaded(run, ({ id }) => testFilter?.includes(id) ?? true);
    if (tests.some(meets)) return tryLoaded(run, meets);
    activate(activeMutant.id);
    const failureMessage = await failureOf(load);
    stale = true;
    const result = failureMessage === undefined ? await runMutated(tests, run) : undefined;
    return (
      result ?? { status: MutantRunStatus.Killed, killedBy: [], failureMessage: failureMessage ?? '', nrOfTests: 0 }
    );
  }

  return {
    capabilities: () => ({ reloadEnvironment: true }),
    init: async () => {
      fc.configureGlobal({ seed: 1 });
      await load();
    },
    dryRun: async () => {
      const seen = await runUnmutated(tests);
      times = seen.times;
      if (seen.result.status === DryRunStatus.Complete) coverage = seen.result.mutantCoverage?.perTest ?? {};
      stale = true;
      return seen.result;
    },
    mutantRun: tryMutant,
  };
}
createRunner.inject = ['options'] as const;

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: createRunner }];
export const strykerValidationSchema = { properties: { folder: { type: 'string' } } };
