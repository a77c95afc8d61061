import type { ClusterStatus } from './read-status.ts';
import { standstill } from './standstill.ts';
import { tellDrain } from './tell-status.ts';

/** How a drain stands, and what of that is worth saying again once it is different. */
export type News = { about: string; lines: string[] };

/** While nothing may move, what each run says of the guests that wait is no news: only who is left there is. */
export function tellNews(status: ClusterStatus, node: string): News {
  const lines = tellDrain(status, node);
  const still = standstill(status);
  if (!still) return { about: lines.join('\n'), lines };
  const left = (status.sample?.guests ?? []).filter((g) => g.node === node).map(({ guest }) => guest);
  const flying = status.in_flight.map(({ migration }) => migration.guest);
  return {
    about: [still, ...left.toSorted(), '', ...flying.toSorted()].join('\n'),
    lines: [...lines.slice(0, 1), `    ${still}`],
  };
}
