import type { ClusterStatus } from './read-status.ts';
import { standstill } from './standstill.ts';
import { tellDrain } from './tell-status.ts';
import { troubles } from './troubles.ts';

/** How a drain stands, and what of that is worth saying again once it is different. */
export type News = { about: string; lines: string[] };

/** While nothing may move, what each run says of the guests that wait is no news: only who is left there is. */
export function tellNews(status: ClusterStatus, node: string): News {
  const [head = '', ...rest] = tellDrain(status, node);
  const amiss = troubles(status);
  const lines = [head, ...amiss.map((one) => `    ${one}`), ...rest];
  const still = standstill(status);
  /** An age that counts on is no news. */
  const same = amiss.map((one) => one.replace(/\d+ (s|min) old/, 'old'));
  if (!still) return { about: [head, ...same, ...rest].join('\n'), lines };
  const left = (status.sample?.guests ?? []).filter((g) => g.node === node).map(({ guest }) => guest);
  const flying = status.in_flight.map(({ migration }) => migration.guest);
  return {
    about: [still, ...same, ...left.toSorted(), '', ...flying.toSorted()].join('\n'),
    lines: [...lines.slice(0, 1 + amiss.length), `    ${still}`],
  };
}
