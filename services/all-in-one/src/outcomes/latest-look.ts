import type { Horizon } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';

const horizons: readonly Horizon[] = ['5m', '1h', '24h'];

/** The judgement of each move by its latest look, the oldest move first. */
export function latestLook<Judged extends { horizon: Horizon }>(
  all: readonly Judged[],
  moveOf: (judged: Judged) => { id: string; at: string },
): Judged[] {
  const latest = new Map<string, Judged>();
  for (const each of all) {
    const { id } = moveOf(each);
    const known = latest.get(id);
    if (!known || horizons.indexOf(each.horizon) >= horizons.indexOf(known.horizon)) latest.set(id, each);
  }
  return [...latest.values()].sort((a, b) => {
    const [x, y] = [moveOf(a), moveOf(b)];
    return byText(x.at, y.at) || byText(x.id, y.id);
  });
}
