import {
  type ApprovedMigration,
  type Automation,
  automationChanged,
  type CloudEvent,
  type Horizon,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
  runDecided,
} from '@evenkeel/contracts';
import { nameOfType } from '@evenkeel/runtime';
import type { Played } from './play.ts';

type Event = { name: string; data: Record<string, unknown>; time: number };
type Told = { migration: ApprovedMigration };

const horizons: Record<Horizon, number> = { '5m': 300_000, '1h': 3_600_000, '24h': 86_400_000 };

/** Everything in a story that must not be, whatever the story; none where all is well. */
export async function broken(played: Played): Promise<string[]> {
  const events = played.events.map(eventOf);
  const letters = await Array.fromAsync(played.bus.letters(), ({ reason }) => `dead letter: ${reason}`);
  return [
    ...played.errors.map((line) => `logged: ${line}`),
    ...letters,
    ...oneEnd(events, played),
    ...oneMigrationAtATime(events),
    ...withinLimits(events, played),
    ...oneOutcomeAHorizon(events, played),
    ...runsSayWhy(events),
    ...stillWhilePaused(events),
    ...pairsStayTogether(events, played),
  ];
}

const eventOf = ({ type, data, time }: CloudEvent): Event => ({
  name: nameOfType(type),
  data: data as Event['data'],
  time: Date.parse(time),
});
const of = (events: readonly Event[], ...names: string[]): Event[] => events.filter(({ name }) => names.includes(name));
const migrationOf = ({ data }: Event): ApprovedMigration => (data as Told).migration;
const idOf = (event: Event): string => migrationOf(event).migration_id;
const ends = [migrationCompleted.name, migrationFailed.name, migrationRefused.name];

/** What is approved ends exactly once, unless the story ends before. */
function oneEnd(events: readonly Event[], { simulator }: Played): string[] {
  const under = (id: string): boolean => {
    const approved = of(events, migrationApproved.name).find((e) => idOf(e) === id);
    const vmid = approved && migrationOf(approved).vmid;
    const young = approved && simulator.now() - approved.time < 360_000;
    return young === true || simulator.inspect().running.some((r) => r.vmid === vmid);
  };
  return of(events, migrationApproved.name).flatMap((approved) => {
    const id = idOf(approved);
    const found = of(events, ...ends).filter((e) => idOf(e) === id);
    return found.length === 1 || (found.length === 0 && under(id))
      ? []
      : [`${id} has ${found.length} ends: ${found.map(({ name }) => name).join(', ')}`];
  });
}

/** `request`: the migration for which Proxmox was asked; HA moves guests that it keeps together on the request for one of them. */
type Span = { id: string; request: string; guest: string; from: number; to: number };

function spansOf(events: readonly Event[]): Span[] {
  return of(events, migrationStarted.name).map((started) => {
    const end = of(events, ...ends).find((e) => idOf(e) === idOf(started));
    const { started_at, along_with } = started.data as { started_at: string; along_with?: string };
    const at = end && ((end.data.completed_at ?? end.data.failed_at) as string | undefined);
    const to = at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at);
    const request = along_with ?? idOf(started);
    return { id: idOf(started), request, guest: migrationOf(started).guest, from: Date.parse(started_at), to };
  });
}

/** The spans that are open when this one begins, itself among them. */
const openWith = (span: Span, spans: readonly Span[]): Span[] =>
  spans.filter((other) => other.from <= span.from && span.from < other.to);

function oneMigrationAtATime(events: readonly Event[]): string[] {
  const spans = spansOf(events);
  return spans.flatMap((span) => {
    const same = openWith(span, spans).filter(({ guest }) => guest === span.guest);
    return same.length > 1 ? [`${span.guest} is in ${same.map(({ id }) => id).join(' and ')} at a time`] : [];
  });
}

function withinLimits(events: readonly Event[], { config }: Played): string[] {
  const { max_concurrent_migrations: atOnce, max_migrations_per_run: perRun } = config.automated_migrations.rules;
  const spans = spansOf(events);
  const crowded = spans
    .filter((span) => new Set(openWith(span, spans).map(({ request }) => request)).size > atOnce)
    .map(({ id }) => `more than ${atOnce} at once when ${id} starts`);
  const runs = Object.entries(Object.groupBy(of(events, migrationApproved.name), (e) => migrationOf(e).run_id));
  return [
    ...crowded,
    ...runs.flatMap(([run, approved]) =>
      (approved?.length ?? 0) > perRun ? [`${run} approves ${approved?.length}, ${perRun} at most`] : [],
    ),
  ];
}

function oneOutcomeAHorizon(events: readonly Event[], { simulator, config }: Played): string[] {
  const slack = 2000 * config.collection.sample_interval_seconds;
  return of(events, migrationCompleted.name).flatMap((completed) => {
    const id = idOf(completed);
    const age = simulator.now() - Date.parse(completed.data.completed_at as string);
    return Object.entries(horizons).flatMap(([horizon, ms]) => {
      const found = of(events, outcomeRecorded.name).filter(({ data }) => {
        const outcome = data.outcome as { migration_id: string; horizon: string };
        return outcome.migration_id === id && outcome.horizon === horizon;
      });
      return found.length > 1 || (found.length === 0 && age > ms + slack)
        ? [`${id} has ${found.length} outcomes of ${horizon}`]
        : [];
    });
  });
}

/** From a pause, or a mode that only looks, until that is undone, nothing starts. */
function stillWhilePaused(events: readonly Event[]): string[] {
  const states = of(events, automationChanged.name)
    .map(({ data, time }) => ({ time, automation: data.automation as Automation }))
    .sort((a, b) => a.automation.revision - b.automation.revision);
  const isStill = ({ pause, mode }: Automation): boolean =>
    pause !== undefined || mode?.mode === 'observe' || mode?.mode === 'recommend';
  return of(events, migrationStarted.name).flatMap((started) => {
    const at = Date.parse(started.data.started_at as string);
    const last = states.findLast(({ time }) => time < at);
    return last && isStill(last.automation) ? [`${idOf(started)} starts although that was stopped`] : [];
  });
}

/** Who was moved with companions stands with them in the end, unless the end of the other in the same run, told later, or a move to come, says why not. */
function pairsStayTogether(events: readonly Event[], { simulator }: Played): string[] {
  const nodes = new Map<string, string>(simulator.inspect().guests.map(({ id, node }) => [id, node]));
  const moves = of(events, migrationApproved.name, migrationStarted.name, ...ends);
  const pairs = of(moves, migrationStarted.name).flatMap((started) => {
    const { guest, companions = [] } = migrationOf(started);
    return companions.map((companion) => [guest, companion] as const);
  });
  return pairs.flatMap(([guest, companion]) => {
    if (nodes.get(guest) === nodes.get(companion)) return [];
    const theirs = moves.filter((event) => [guest, companion].includes(migrationOf(event).guest));
    const last = theirs.findLast(({ name }) => name === migrationStarted.name)!;
    const since = theirs.slice(theirs.indexOf(last));
    const told = of(since, migrationFailed.name, migrationRefused.name);
    const isOver = (event: Event) => of(theirs, ...ends).some((end) => idOf(end) === idOf(event));
    const fine = told.some((end) => migrationOf(end).run_id === migrationOf(last).run_id) || !theirs.every(isOver);
    return fine || !of(events, runDecided.name).some(({ time }) => time > last.time)
      ? []
      : [`${guest} was moved with ${companion}, and they stand apart`];
  });
}

function runsSayWhy(events: readonly Event[]): string[] {
  return of(events, runDecided.name).flatMap(({ data }) => {
    const { run_id, status, notes } = data as { run_id: string; status: string; notes: string[] };
    return status !== 'acting' && notes.length === 0 ? [`${run_id} moves nothing and does not say why`] : [];
  });
}
