import type { DataOf, GuestSample, recommendationsGenerated } from '@evenkeel/contracts';
import { concerned, figures, forecastNodes, millis } from '@evenkeel/model';
import { balance } from './balance.ts';
import { noteMove, startSearch, unitsOf } from './best-move.ts';
import { widthOf } from './check-forecasts.ts';
import { distribute } from './distribute.ts';
import { exchange } from './exchange.ts';
import { explainStaying } from './explain-staying.ts';
import { flagConflicts } from './flag-conflicts.ts';
import { forecastMoves } from './forecast-moves.ts';
import { mandatoryMoves } from './mandatory-moves.ts';
import { noteOrder } from './note-order.ts';
import { notesOf } from './notes-of.ts';
import { recommendationOf } from './recommendation-of.ts';
import { residencesOf } from './residences-of.ts';
import { hoursOf, type RecommendInput, runId, startRun } from './start-run.ts';

export type Generated = DataOf<typeof recommendationsGenerated>;

const mostMandatory = 200;
const mostBalancing = 100;
const mostStuck = 60;

function assignedBytes(guests: readonly GuestSample[]): Record<string, number> {
  const assigned: Record<string, number> = {};
  for (const { node, status, maxmem } of guests)
    if (status === 'running') assigned[node] = (assigned[node] ?? 0) + maxmem;
  return assigned;
}

/** By these a guest is told from another under its number. */
const identitiesOf = (guests: readonly GuestSample[]): Record<string, string> =>
  Object.fromEntries(guests.flatMap((g) => (g.constraints ? [[g.guest, g.identity]] : [])));

/**
 * The moves that a run recommends, best first: mandatory ones, then those that even out, each evaluated after the ones before
 * it; at most one per guest. Same input in any order, same answer.
 */
export function recommend(input: RecommendInput): Generated {
  const { sample, config, convergence } = input;
  const run = startRun(input);
  const { planning } = run;
  const now = millis(sample.at);
  const limit = Math.min(mostBalancing, 2 * config.automated_migrations.rules.max_migrations_per_run);
  const initial = planning.state.placement;
  const placements = { ...initial };
  const forecasts = forecastNodes(planning.state);
  const residences = residencesOf(planning);
  const forced = mandatoryMoves(planning, mostMandatory);
  const lasting = (g: number): number => hoursOf(run, g);
  const search = convergence.converged ? undefined : startSearch(planning, unitsOf(planning, lasting, now));
  const balancing = search ? balance(planning, search, limit) : [];
  const paired = convergence.converged || balancing.length > 0 || limit < 2 ? [] : exchange(planning, lasting);
  const spread = distribute(planning, limit - balancing.length - paired.length);
  const moves = [...forced.moves, ...balancing, ...paired, ...spread];
  const next = forecastMoves(forecasts, planning.state, moves, widthOf(input.memory.forecasts));
  const inOrder = moves
    .flatMap((move) => move.unit.map((_, i) => ({ move, i })))
    .map(({ move, i }, rank) =>
      figures({ ...recommendationOf(run, move, i, rank + 1), cpu_in_an_hour: next.get(move)! }),
    );
  const recommendations = noteOrder(flagConflicts(inOrder, planning.caps));
  const ids = concerned(
    recommendations.map((r) => r.guest),
    planning.ctx,
  );
  if (search) for (const move of [...paired, ...spread]) noteMove(search, move);
  const staying = search ? explainStaying(planning, search, input.scores) : [];
  const { guests, ...rest } = sample;
  return {
    cluster: sample.cluster,
    at: sample.at,
    run_id: runId(sample),
    sample_sequence: sample.sequence,
    config_revision: sample.config_revision,
    recommendations,
    not_recommended: [
      ...forced.stuck.slice(0, mostStuck).map((s) => ({ guest: s.guest as `qemu/${number}`, reason: s.reason })),
      ...staying,
    ],
    notes: notesOf(run, moves, { stuck: forced.stuck, staying }),
    convergence,
    scores: input.scores,
    sample: rest,
    placements,
    identities: identitiesOf(guests),
    assigned_bytes: assignedBytes(guests),
    residences,
    guests: guests.filter((g) => ids.has(g.guest)),
    profiles: input.profiles.filter((p) => ids.has(p.guest)),
  };
}
