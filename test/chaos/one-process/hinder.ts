import type { Hindrance } from './pass-through.ts';
import type { Trouble } from './trial.ts';

/** What the troubles of a trial keep from getting through, and when; what struck is noted. */
export function createHindrance(troubles: readonly Trouble[], elapsed_s: () => number, struck: Trouble[]): Hindrance {
  let published = 0;
  return {
    outage: (of, writes) => {
      const found = troubles.find(
        (t) =>
          t.do === 'outage' &&
          t.of === of &&
          (writes || t.only !== 'writes') &&
          t.after_s <= elapsed_s() &&
          elapsed_s() < t.after_s + t.for_s,
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
