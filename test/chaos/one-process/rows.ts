import { migrationCompleted } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { checkTrial } from './check-trial.ts';
import { bound, boundByHa } from './pairs.ts';
import type { Witness } from './play-trial.ts';
import { cluster } from './replica.ts';
import { atEachPoint, atPoints, atRandomTimes, rarePoints, type Seen, stopped } from './strike.ts';
import type { Approval, Trial } from './trial.ts';
import { forgetful, poisoned, tangled, unheard } from './unhear.ts';
import { anything, away, byHa, byHand, garbled, held, jumping, mute, outdated } from './upset.ts';

/** One line of what is promised: trials of a seed that put it to the test, and what is counted of them. */
export type Row = {
  name: string;
  what: string;
  /** How many of what `count` counts; of a row with `points`, how many strikes of the point that is struck least. */
  required: number;
  /** Strikes at these points of a seed, until each that was ever passed, and each of the rare ones, has its share. */
  points?: { rare: readonly string[]; trial: typeof atPoints };
  /** Whose undisturbed trials it begins from. */
  sees?: 'one' | 'three';
  /** The nth trial of a seed, with what the trials of the same seed without any kill went through. */
  trial: (seed: number, n: number, seen: Seen) => Trial;
  count: (witness: Witness) => number;
  check: (witness: Witness) => string[];
};

const struck = ({ struck }: Witness): number => struck.length;
/** None of these approvals may be carried out: each is refused, with a reason. */
const skipped =
  (which: (approval: Approval, trial: Trial) => boolean) =>
  (witness: Witness): string[] =>
    witness.trial.approvals.flatMap((one, i) => {
      if (!which(one, witness.trial)) return [];
      const { migration_id } = witness.approved[i]!;
      const refusal = witness.events.find(({ id }) => id === `migration.refused/${cluster}/${migration_id}`);
      const sent = witness.sent.filter(({ path, target }) => path.includes(`/${one.vmid}/`) && target === one.to);
      return [
        ...((refusal?.data as { reason?: string } | undefined)?.reason ? [] : [`${migration_id} was not refused`]),
        ...sent.map(({ method }) => `${migration_id}: ${method} was sent`),
      ];
    });
const isOutdated = ({ late_s = 0, sampled_s = 0 }: Approval, { troubles }: Trial): boolean =>
  late_s > 300 || sampled_s > 600 || troubles.some((t) => t.do === 'clock' && t.off_s > 0);
const isMeddledWith = ({ vmid }: Approval, { troubles }: Trial): boolean =>
  troubles.some((t) => t.do === 'fault' && t.fault.kind === 'by_hand' && t.fault.vmid === vmid);
/** Each approval ended so; ways back count beside. */
const allOf =
  (event: { name: string; version: number }) =>
  ({ events, approved }: Witness): string[] => {
    const ids = new Set(events.filter(({ type }) => type === typeOf(event)).map(({ id }) => id));
    const others = approved.filter(({ migration_id }) => !ids.has(`${event.name}/${cluster}/${migration_id}`));
    return others.map(({ migration_id }) => `${migration_id} has no ${event.name}`);
  };
/** The same of what was requested; where nobody was killed, of all: one whose process is killed before its request is given up. */
const allSent =
  (event: { name: string; version: number }) =>
  (witness: Witness): string[] => {
    const wasSent = ({ vmid, target_node }: Witness['approved'][number]) =>
      witness.sent.some(({ path, target }) => path.includes(`/${vmid}/`) && target === target_node);
    const approved = witness.struck.length === 0 ? witness.approved : witness.approved.filter(wasSent);
    return allOf(event)({ ...witness, approved });
  };
const approvals = ({ approved }: Witness): number => approved.length;

export const rows: Row[] = [
  {
    name: 'points',
    what: 'SIGKILL of the executor before and after each await, each 50 times',
    required: 50,
    sees: 'one',
    points: { rare: rarePoints, trial: atPoints },
    trial: atEachPoint,
    count: struck,
    check: checkTrial,
  },
  {
    name: 'kills',
    what: 'SIGKILL of the executor at random times',
    required: 1000,
    sees: 'one',
    trial: atRandomTimes,
    count: struck,
    check: checkTrial,
  },
  {
    name: 'stops',
    what: '3 executors, one stopped for twice its lease',
    required: 200,
    sees: 'three',
    trial: stopped,
    count: struck,
    check: checkTrial,
  },
  {
    name: 'lost',
    what: 'time-out after accept',
    required: 1000,
    trial: unheard,
    count: ({ faults }) => faults.filter(({ fault, left }) => fault.kind === 'lost_answer' && left === 0).length,
    check: checkTrial,
  },
  {
    name: 'messages',
    what: 'every message up to 10 times, shuffled, up to 5 min late',
    required: 1000,
    trial: tangled,
    count: ({ approved, trial }) => approved.length + trial.troubles.filter((t) => t.do === 'repeat').length,
    check: (witness) => [...checkTrial(witness), ...allOf(migrationCompleted)(witness)],
  },
  {
    name: 'forget',
    what: 'the store loses all, or its last second, in mid-run',
    required: 200,
    trial: forgetful,
    count: ({ trial }) => trial.troubles.filter((t) => t.do === 'forget').length,
    check: checkTrial,
  },
  {
    name: 'outdated',
    what: 'clock ± 1 h or ± 2 %, stale sample, decision past its expiry',
    required: 200,
    trial: outdated,
    count: approvals,
    check: (witness) => [...checkTrial(witness), ...skipped(isOutdated)(witness)],
  },
  {
    name: 'jumps',
    what: 'a clock that jumps by an hour in mid-run, and runs ± 2 %',
    required: 200,
    trial: jumping,
    count: approvals,
    check: checkTrial,
  },
  {
    name: 'hands',
    what: 'a person moves, stops, locks or deletes the guest before the start',
    required: 200,
    trial: byHand,
    count: approvals,
    check: (witness) => [...checkTrial(witness), ...skipped(isMeddledWith)(witness)],
  },
  {
    name: 'ha',
    what: 'HA accepts, and then fails or takes minutes',
    required: 200,
    trial: byHa,
    count: approvals,
    check: checkTrial,
  },
  {
    name: 'agents',
    what: 'a guest agent that never answers, or is not running',
    required: 200,
    trial: mute,
    count: approvals,
    check: (witness) => [...checkTrial(witness), ...allSent(migrationCompleted)(witness)],
  },
  {
    name: 'still',
    what: 'paused or observe: no write call',
    required: 200,
    trial: held,
    count: approvals,
    check: checkTrial,
  },
  {
    name: 'poison',
    what: 'poison, unknown type or version, throwing: a letter each',
    required: 200,
    trial: poisoned,
    count: ({ trial }) => trial.troubles.length,
    check: (witness) => [
      ...checkTrial(witness),
      ...allOf(migrationCompleted)(witness),
      ...(witness.dead_letters.length === witness.trial.troubles.length
        ? []
        : [`${witness.dead_letters.length} dead letters`]),
    ],
  },
  {
    name: 'away',
    what: 'bus, store or Proxmox refuse, are slow (30 s) or away',
    required: 200,
    trial: away,
    count: ({ trial }) => trial.troubles.length,
    check: checkTrial,
  },
  {
    name: 'garbled',
    what: 'garbled answers of Proxmox: no move from garbage',
    required: 10_000,
    trial: garbled,
    count: struck,
    check: checkTrial,
  },
  {
    name: 'pairs',
    what: 'two that belong together, one of which fares badly',
    required: 200,
    trial: bound,
    count: approvals,
    check: checkTrial,
  },
  {
    name: 'ha-pairs',
    what: 'two that HA moves on one request, late, badly or not at all',
    required: 200,
    trial: boundByHa,
    count: approvals,
    check: checkTrial,
  },
  { name: 'all', what: 'everything at once', required: 1000, trial: anything, count: () => 1, check: checkTrial },
];
