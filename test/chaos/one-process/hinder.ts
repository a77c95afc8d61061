import { garble } from '../fuzz/garble.ts';
import { drawFrom } from './draw.ts';
import type { Hindrance } from './pass-through.ts';
import type { Trial, Trouble } from './trial.ts';

/** What the troubles of a trial keep from getting through, and when; what struck is noted. */
export function createHindrance(
  { seed, troubles }: Pick<Trial, 'seed' | 'troubles'>,
  elapsed_s: () => number,
  struck: Trouble[],
): Hindrance {
  const draw = drawFrom(seed);
  let published = 0;
  const holds = ({ after_s, for_s }: { after_s: number; for_s: number }): boolean =>
    after_s <= elapsed_s() && elapsed_s() < after_s + for_s;
  return {
    garbled: (body) => {
      const found = troubles.find((t) => t.do === 'garble' && holds(t));
      if (found?.do !== 'garble' || body === '' || draw.below(100) >= found.percent) return body;
      struck.push(found);
      return garble(body, draw);
    },
    outage: (of, writes) => {
      const found = troubles.find(
        (t) => t.do === 'outage' && t.of === of && (writes || t.only !== 'writes') && holds(t),
      );
      if (found) throw new Error(`the ${of} does not answer`);
    },
    publish: () => {
      published++;
      const found = troubles.find((t) => t.do === 'publish' && t.nth === published);
      if (found?.do !== 'publish') return null;
      struck.push(found);
      return found.how;
    },
  };
}
