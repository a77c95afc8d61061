import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

/** How many mutants of a file the tests noticed, and which they did not. */
export type FileScore = { file: string; noticed: number; missed: MutantResult[] };

/** One score a file; mutants that do not even run count neither way. */
export function scoresOf(results: readonly MutantResult[]): FileScore[] {
  const files = Map.groupBy(results, ({ fileName }) => relative('.', fileName));
  return [...files]
    .map(([file, mutants]) => ({
      file,
      noticed: mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length,
      missed: mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage'),
    }))
    .toSorted((a, b) => a.file.localeCompare(b.file));
}

const line = (what: string, noticed: number, all: number) =>
  `${what.padEnd(60)} ${all === 0 ? '    -' : ((100 * noticed) / all).toFixed(1).padStart(5)} %  ${noticed} of ${all}`;

/** A line a file and one for all, each followed by the mutants that survived if they are asked for. */
export function showScores(folder: string, scores: readonly FileScore[], survivors: boolean): string {
  const lines = scores.flatMap(({ file, noticed, missed }) => [
    line(file, noticed, noticed + missed.length),
    ...(survivors ? missed.map(showMutant) : []),
  ]);
  const noticed = scores.reduce((sum, score) => sum + score.noticed, 0);
  const missed = scores.reduce((sum, score) => sum + score.missed.length, 0);
  return [...lines, line(folder, noticed, noticed + missed)].join('\n');
}

const showMutant = ({ location: { start, end }, replacement, mutatorName, status }: MutantResult): string =>
  `  ${start.line}:${start.column}-${end.line === start.line ? '' : `${end.line}:`}${end.column} ${mutatorName}${status === 'NoCoverage' ? ' (no test)' : ''} → ${(replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100)}`;
