import type { Finding, Level } from './finding.ts';

const marks: Record<Level, string> = { ok: 'ok      ', warning: 'warning ', problem: 'PROBLEM ' };

/** Findings for a reader: by what they are about, each in a line, with what to do below it; a count at the end. */
export function tellFindings(findings: readonly Finding[]): string {
  const groups = [...new Set(findings.map(({ about }) => about))];
  const lines = groups.flatMap((group) => [
    group,
    ...findings.filter(({ about }) => about === group).flatMap(tellFinding),
  ]);
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

const tellFinding = ({ level, check, found, advice }: Finding): string[] => [
  `  ${marks[level]}${check}: ${found}`,
  ...(advice === undefined ? [] : [`          → ${advice}`]),
];

function summary(findings: readonly Finding[]): string {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const many = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  return `${many(count('problem'), 'problem')}, ${many(count('warning'), 'warning')}, ${count('ok')} fine`;
}
