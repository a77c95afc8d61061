import {
  type ApprovedMigration,
  type Config,
  type currentRun,
  type Decision,
  type DecisionAction,
  type Limit,
  limitsOf,
  type Rung,
  type RunSummary,
  type ValueOf,
} from '@evenkeel/contracts';
import { concerned, iso, millis } from '@evenkeel/model';
import { approve, waitsForFirst } from './approvals.ts';
import { type Authority, authority } from './authority.ts';
import { buildContext, candidatesOf, type Facts, type Occasion } from './context.ts';
import { fillSlots } from './fill-slots.ts';
import type { FilterContext, Generated } from './filter.ts';
import { type Climb, limitsOrder } from './ladder.ts';
import { type Selection, select, waitsForRoom } from './select.ts';
import { freeSlots, limitOf, type Slots, waitsFor } from './slots.ts';
import { summarize } from './summarize.ts';

export type CurrentRun = ValueOf<typeof currentRun>;

/** All that a run brings: one decision per recommendation, the orders, the summary, and what waits for a slot. */
export type RunResult = {
  decisions: Decision[];
  approved: ApprovedMigration[];
  summary: RunSummary;
  waiting: CurrentRun;
};

/** Most recommendations that wait for a slot. */
const longestQueue = 60;

/** Decides on every recommendation of a run. */
export function decideRun(occasion: Occasion, facts: Facts): RunResult {
  const context = buildContext(occasion, facts);
  const { generated, config } = occasion;
  const most = config.automated_migrations.rules.max_migrations_per_run;
  const selection = select(candidatesOf(generated), context, { most, left: most, begun: () => false });
  const slots = freeSlots(facts.approvals, generated.sample.running_migrations, occasion);
  const ids = decisionIds([...selection.chosen, ...selection.surplus, ...selection.rejected]);
  const decisions = decide(selection, slots, context, ids, occasion.newer);
  const approved = selection.chosen.flatMap((c, i) => {
    const { may, approved_by } = authorityOf(c, context);
    return decisions[i]?.action === 'pending' && may === 'act'
      ? [approve(c.candidate.recommendation, c.candidate.guest!.identity, ids.get(c)!, context, approved_by)]
      : [];
  });
  return {
    decisions,
    approved,
    summary: summarize(
      occasion,
      context,
      decisions,
      selection.chosen.map(({ candidate }) => candidate.recommendation),
    ),
    waiting: queueOf(occasion, selection, approved, ids, context),
  };
}

const authorityOf = ({ candidate: { recommendation } }: Climb, context: FilterContext): Authority =>
  authority(recommendation, { ...context, sample: context.run.sample });

/** How one fares at the last step; of what has no room there the decision says why. */
type AtLimits = Pick<Rung, 'result' | 'limit'> & Partial<Pick<Rung, 'reason'>>;
const noRoom = (limit?: Limit): AtLimits => ({ result: 'failed', ...(limit && { limit }) });

function decide(
  selection: Selection,
  slots: Slots,
  context: FilterContext,
  ids: ReadonlyMap<Climb, string>,
  newer: string | undefined,
): Decision[] {
  const ranked = [...selection.chosen, ...selection.surplus];
  const most = context.config.automated_migrations.rules.max_migrations_per_run;
  const acting = selection.chosen.filter(
    (c) => authorityOf(c, context).may === 'act' && !waitsForFirst(c.candidate.recommendation, undefined),
  );
  const moves = acting.map(({ candidate: { recommendation } }) => recommendation);
  const fitting = fillSlots(moves, slots.free, context);
  const chosen = selection.chosen.map((c, i) => {
    const place = `ranked ${i + 1} of ${ranked.length}`;
    const { may, action, reason } = authorityOf(c, context);
    if (newer)
      return decision(c, 'skipped', `${place}: run ${newer} is newer and was decided before this one`, noRoom());
    const first = waitsForFirst(c.candidate.recommendation, undefined);
    if (may === 'act' && first) return decision(c, 'skipped', `${place}: ${first}`, noRoom());
    if (may === 'act' && !fitting.has(c.candidate.recommendation))
      return decision(c, 'skipped', `${place}: ${waitsFor(slots, slots.free)}`, noRoom(limitOf(slots)));
    const said = may === 'act' ? `${reason}: ${place}, ${c.candidate.recommendation.reason}` : reason;
    return decision(c, action, said, { result: 'passed', reason: place });
  });
  const surplus = selection.surplus.map((c, i) =>
    decision(
      c,
      'skipped',
      `ranked ${selection.chosen.length + i + 1} of ${ranked.length}: ${waitsForRoom(c, most)}`,
      noRoom('max_migrations_per_run'),
    ),
  );
  const rejected = selection.rejected.map((c) => {
    const action = c.verdict.result === 'failed' ? c.verdict.action : 'filtered';
    return decision(c, action, `${action}: ${c.verdict.reason}`, { result: 'not_reached', reason: 'not reached' });
  });
  return [...chosen, ...surplus, ...rejected];

  function decision(c: Climb, action: DecisionAction, reason: string, { result, ...more }: AtLimits): Decision {
    const rung = { order: limitsOrder, filter: 'limits', result, reason, ...more };
    const { recommendation } = c.candidate;
    return {
      decision_id: ids.get(c)!,
      run_id: context.run.run_id,
      cluster: context.run.cluster,
      decided_at: iso(context.now),
      config_revision: context.run.config_revision,
      action,
      reason,
      ladder: [...c.rungs, rung].map((r) => withLimits(r, context.config)),
      dry_run: context.config.automated_migrations.dry_run,
      recommendation,
    };
  }
}

/** A step that failed, with the limits by which it did: once they are others, what it held back says nothing of them. */
function withLimits(rung: Rung, config: Config): Rung {
  const under = rung.result === 'failed' ? limitsOf(rung, config) : {};
  return Object.keys(under).length > 0 ? { ...rung, under } : rung;
}

/** `<run>.<type>-<vmid>`; a guest that is recommended again in the same run gets a number behind it. */
function decisionIds(climbs: readonly Climb[]): Map<Climb, string> {
  const seen = new Map<string, number>();
  return new Map(
    climbs.map((c) => {
      const { run_id, type, vmid } = c.candidate.recommendation;
      const id = `${run_id}.${type}-${vmid}`;
      const times = (seen.get(id) ?? 0) + 1;
      seen.set(id, times);
      return [c, times === 1 ? id : `${id}.${times}`];
    }),
  );
}

/**
 * The run that was decided last, where it is newer than this one: then nothing of this one may be approved any more. Newer by its
 * time and by its number, for a clock may be set back and a count begin anew.
 */
export function newerThan({ at, sample_sequence }: Generated, last: CurrentRun | undefined): string | undefined {
  const newer = last && millis(last.generated.at) > millis(at) && last.generated.sample_sequence > sample_sequence;
  return newer ? last.generated.run_id : undefined;
}

/** What waits for a slot; nothing does where nothing may move, whatever a later event says. Of an old run what was approved waits too, until that is heard. */
function queueOf(
  { generated, base, recalled }: Occasion,
  { chosen, surplus }: Selection,
  approved: readonly ApprovedMigration[],
  ids: ReadonlyMap<Climb, string>,
  context: FilterContext,
): CurrentRun {
  const started = new Set(approved.map(({ decision_id }) => decision_id));
  const passed = [...chosen, ...surplus].filter((c) => authorityOf(c, context).may !== 'tell');
  const waiting = passed.filter((c) => !started.has(ids.get(c)!)).slice(0, longestQueue);
  const queued = recalled ? passed.filter((c) => started.has(ids.get(c)!) || waiting.includes(c)) : waiting;
  const queue = queued.map((c) => ({
    recommendation_id: c.candidate.recommendation.recommendation_id,
    decision_id: ids.get(c)!,
  }));
  const guests = new Set(waiting.map((c) => c.candidate.recommendation.guest));
  const bound = concerned(guests, context.rules);
  const { identities: _, ...said } = generated;
  return {
    generated: {
      ...said,
      recommendations: queued.map((c) => c.candidate.recommendation),
      guests: generated.guests.filter(({ guest }) => bound.has(guest)),
      profiles: generated.profiles.filter(({ guest }) => guests.has(guest)),
      not_recommended: [],
    },
    queue,
    base: Object.fromEntries(base),
  };
}
