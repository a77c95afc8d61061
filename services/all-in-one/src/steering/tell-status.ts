import { inForce } from '@evenkeel/contracts';
import { crsNote } from '@evenkeel/model';
import { printable, safe, saySurvival } from '../demo/tell.ts';
import { drainProgress, type Left, notTaken, notTakenUp } from './drain-progress.ts';
import type { ClusterStatus } from './read-status.ts';
import { troubles } from './troubles.ts';

const mostLines = 20;

/** A cluster in a few lines: what it may do, who stopped it, what moves, what the last run decided, how far drains are. */
export function tellStatus(status: ClusterStatus): string[] {
  const { cluster, automation, in_flight } = status;
  const { pause } = automation;
  return [
    `cluster ${cluster}: ${tellMode(status)}`,
    ...(pause
      ? [
          `  paused by ${safe(pause.by)} since ${pause.since}: ${printable(pause.reason)}; to go on: evenkeel resume ${cluster}`,
        ]
      : []),
    ...(status.sample?.kill_switch ? [`  ${printable(status.sample.kill_switch)}: nothing is written to Proxmox`] : []),
    ...troubles(status).map((one) => `  ${one}`),
    ...status.unreadable.map(
      (name) => `  the last ${name} cannot be read: another program wrote it; it is passed over`,
    ),
    ...notTaken(status).map(
      (d) => `  ${notTakenUp}: ${d.guest} ${safe(d.name)}  ${safe(d.source_node)} → ${safe(d.target_node)}`,
    ),
    ...(in_flight.length === 0 ? ['  nothing is in flight'] : in_flight.map(tellFlight)),
    ...tellLastRun(status),
    ...tellCrs(status),
    ...tellMaintenance(status),
    ...Object.keys(automation.drained).flatMap((node) => tellDrain(status, node)),
  ];
}

function tellMode({ automation, config }: ClusterStatus): string {
  if (!config) return 'no service has started yet';
  const { mode } = automation;
  const { enabled, dry_run } = config.automated_migrations;
  const who = mode ? ` (by ${safe(mode.by)} since ${mode.since}; the configuration says ${config.mode})` : '';
  const but = !enabled
    ? ', but automated_migrations.enabled is off: nothing is decided'
    : dry_run
      ? ', but dry_run is on: nothing moves'
      : '';
  return `mode ${inForce(config, automation).mode}${who}${but}`;
}

const tellFlight = ({ state, migration: m }: ClusterStatus['in_flight'][number]): string =>
  `  ${state}: ${m.guest} ${safe(m.name)}  ${safe(m.source_node)} → ${safe(m.target_node)}`;

function tellLastRun({ cluster, last_run: run, sample }: ClusterStatus): string[] {
  if (!run) return ['  no run has decided yet'];
  const crs = sample && crsNote(sample);
  const counts = Object.entries(run.counts).map(([action, n]) => `${n} ${action}`);
  const waiting = run.decisions.filter(({ reason }) => reason === 'awaiting approval');
  return [
    `  last run ${run.timestamp}: ${run.status} (${run.mode}), ${counts.join(', ') || 'nothing recommended'}`,
    ...run.notes
      .filter((note) => note !== crs)
      .slice(0, 3)
      .map((note) => `    ${printable(note)}`),
    ...(run.survival ? [`    ${saySurvival(run.survival)}`] : []),
    ...waiting.map(
      (d) =>
        `    awaiting approval: ${d.guest} ${safe(d.name)}  ${safe(d.source_node)} → ${safe(d.target_node)}, ${d.score_improvement.toFixed(1)} points; evenkeel approve ${d.guest.replace(/^\w+\//, '')} --cluster ${cluster}`,
    ),
  ];
}

const tellCrs = ({ sample }: ClusterStatus): string[] =>
  [sample && crsNote(sample)].flatMap((note) => (note ? [`  ${note}`] : []));

const tellMaintenance = ({ config, automation }: ClusterStatus): string[] =>
  (config?.automated_migrations.maintenance_nodes ?? [])
    .filter((node) => !automation.drained[node])
    .map((node) => `  ${safe(node)} is kept empty by maintenance_nodes of the configuration`);

/** How far the draining of a node is. */
export function tellDrain(status: ClusterStatus, node: string): string[] {
  const asked = status.automation.drained[node];
  const progress = drainProgress(status, node);
  const head = `  ${safe(node)} is drained${asked ? ` (by ${safe(asked.by)} since ${asked.since}${asked.reason && `: ${printable(asked.reason)}`})` : ''}`;
  if (!progress) return [`${head}: no sample yet`];
  const { leaving, stuck, stopped } = progress;
  const empty = leaving.length + stuck.length === 0;
  const count = empty ? 'no guest runs there any more' : `${leaving.length} to leave, ${stuck.length} stuck`;
  return [
    `${head}: ${count}${stopped.length > 0 ? `; not running, so left there: ${stopped.slice(0, mostLines).join(', ')}` : ''}`,
    ...listed('leaving', leaving),
    ...listed('stuck', stuck),
  ];
}

const listed = (word: string, left: readonly Left[]): string[] => [
  ...left.slice(0, mostLines).map(({ guest, name, why }) => `    ${word}: ${guest} ${safe(name)}: ${printable(why)}`),
  ...(left.length > mostLines ? [`    and ${left.length - mostLines} more ${word}`] : []),
];
