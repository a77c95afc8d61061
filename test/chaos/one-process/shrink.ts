import type { checkTrial } from './check-trial.ts';
import { playTrial } from './play-trial.ts';
import type { Approval, Trial, Trouble } from './trial.ts';

type Check = typeof checkTrial;

/** What is broken, whomever it concerns. */
const kindsOf = (broken: readonly string[]): string[] => broken.map((line) => line.replace(/m-\S+|lab\.\S+|\d+/g, ''));

/**
 * The trial without what is not needed for it to break the same promise: troubles, replicas and approvals are left out one after the
 * other. Until a time of the machine (ms): then as small as it has become.
 */
export async function shrink(trial: Trial, check: Check, until = Number.POSITIVE_INFINITY): Promise<Trial> {
  const kinds = kindsOf(check(await playTrial(trial)));
  const isBroken = async (candidate: Trial) =>
    performance.now() < until && kindsOf(check(await playTrial(candidate))).some((kind) => kinds.includes(kind));
  let smallest = trial;
  for (let next: Trial | undefined = trial; next; next = await firstOf(smaller(smallest), isBroken)) smallest = next;
  return smallest;
}

async function firstOf<T>(items: readonly T[], meets: (item: T) => Promise<boolean>): Promise<T | undefined> {
  for (const item of items) if (await meets(item)) return item;
  return undefined;
}

const without = <T>(items: readonly T[], i: number): T[] => items.filter((_, j) => j !== i);

function smaller(trial: Trial): Trial[] {
  return [
    ...trial.troubles.map((_, i) => ({ ...trial, troubles: without(trial.troubles, i) })),
    ...(trial.replicas > 1 ? [{ ...trial, replicas: trial.replicas - 1 }] : []),
    ...trial.approvals.flatMap((_, i) => (trial.approvals.length > 1 ? [withoutApproval(trial, i)] : [])),
  ];
}

/** What is told again is told of the same approval as before, and what befalls its guest befalls nobody. */
function withoutApproval(trial: Trial, gone: number): Trial {
  const vmid = trial.approvals[gone]?.vmid;
  const troubles = trial.troubles.flatMap((t): Trouble[] => {
    if (t.do === 'fault' && 'vmid' in t.fault && t.fault.vmid === vmid) return [];
    if (t.do !== 'repeat') return [t];
    return t.approval === gone ? [] : [{ ...t, approval: t.approval - (t.approval > gone ? 1 : 0) }];
  });
  return { ...trial, troubles, approvals: without(trial.approvals, gone) };
}

/** A trial as a story that can be read, and as what replays it. */
export function tellTrial({ seed, replicas, approvals, troubles, aborts, plans }: Trial): string {
  const approval = ({ vmid, from, to, after_s, ...rest }: Approval) =>
    `  ${after_s} s: ${vmid} ${from} → ${to} is approved${Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : ''}`;
  return [
    `seed ${seed}, ${replicas} executor${replicas > 1 ? 's' : ''}${aborts ? ', abort_on_failure' : ''}${plans ? ', whole plans' : ''}`,
    ...approvals.map(approval),
    ...troubles.map((trouble) => `  ${JSON.stringify(trouble)}`),
  ].join('\n');
}
