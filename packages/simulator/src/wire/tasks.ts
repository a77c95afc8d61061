import { abortMigration } from '../end-migration.ts';
import { endTask, say } from '../task.ts';
import type { Task, World } from '../world.ts';
import { demand, may } from './access.ts';
import { badParameters, listed } from './answer.ts';
import type { Context, Route } from './route.ts';
import { taskRow } from './task-row.ts';

const userOf = (task: Task): string => (task.tokenid ? `${task.user}!${task.tokenid}` : task.user);

const taskAt = ({ world, at, caller }: Context, privilege: string): Task => {
  const task = world.tasks.find((known) => known.upid === at.upid);
  if (!/^UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/.test(at.upid as string))
    throw badParameters({ upid: 'unable to parse worker upid' });
  if (!task || task.node !== at.node) throw badParameters({ upid: 'no such task' });
  if (userOf(task) !== caller.user && task.user !== caller.user) demand(caller, `/nodes/${at.node}`, privilege);
  return task;
};

const status = (context: Context): unknown => {
  const task = taskAt(context, 'Sys.Audit');
  const { status: exitstatus, endtime: _end, ...row } = taskRow(task);
  return exitstatus === undefined ? { ...row, status: 'running' } : { ...row, status: 'stopped', exitstatus };
};

const log = (context: Context): unknown => {
  const task = taskAt(context, 'Sys.Audit');
  const start = (context.given.start as number | undefined) ?? 0;
  const limit = (context.given.limit as number | undefined) ?? 50;
  const lines = task.log.length > 0 ? task.log : ['no content'];
  const end = limit === 0 ? lines.length : start + limit;
  const page = lines.slice(start, end).map((t, index) => ({ n: start + index + 1, t }));
  return listed(page, lines.length);
};

/** A stopped migration is an aborted one; everything else just ends. */
const stop = (world: World, task: Task): void => {
  const migration = world.migrations.find((m) => m.task === task);
  if (migration?.flipped) return;
  if (!migration) {
    endTask(world, task, 'interrupted by signal');
    return;
  }
  say(world, task, 'ERROR: received interrupt');
  abortMigration(world, migration, 'interrupted by signal');
};

const remove = (context: Context): unknown => {
  const task = taskAt(context, 'Sys.Modify');
  if (task.exit === undefined) stop(context.world, task);
  return null;
};

type Filter = { [name: string]: string | number | boolean | undefined };

const fits = (task: Task, given: Filter): boolean => {
  const running = task.exit === undefined;
  const source = given.source ?? 'archive';
  const failed = task.exit !== undefined && task.exit !== 'OK';
  return (
    (source === 'all' || (source === 'active') === running) &&
    (given.errors !== true || failed) &&
    (given.typefilter === undefined || task.type === given.typefilter) &&
    (given.userfilter === undefined || userOf(task).includes(String(given.userfilter))) &&
    (given.vmid === undefined || task.id === String(given.vmid)) &&
    (given.since === undefined || task.starttime >= Number(given.since)) &&
    (given.until === undefined || task.starttime <= Number(given.until)) &&
    (given.statusfilter === undefined || statusFits(task, String(given.statusfilter)))
  );
};

const statusFits = (task: Task, wanted: string): boolean => {
  const kind =
    task.exit === 'OK'
      ? 'ok'
      : task.exit?.startsWith('WARNINGS')
        ? 'warning'
        : task.exit === 'unexpected status'
          ? 'unknown'
          : 'error';
  return task.exit !== undefined && wanted.split(',').includes(kind);
};

const list = ({ world, caller, at, given }: Context): unknown => {
  const all = may(caller, `/nodes/${at.node}`, 'Sys.Audit');
  const rows = world.tasks
    .filter((task) => task.node === at.node && (all || userOf(task) === caller.user) && fits(task, given))
    .reverse();
  const start = (given.start as number | undefined) ?? 0;
  return listed(rows.slice(start, start + ((given.limit as number | undefined) ?? 50)).map(taskRow), rows.length);
};

const number = { type: 'integer', optional: true } as const;
const text = { type: 'string', optional: true } as const;
const page = { start: { ...number, minimum: 0 }, limit: { ...number, minimum: 0 } };

export const taskRoutes: Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/tasks',
    parameters: {
      ...page,
      errors: { type: 'boolean', optional: true },
      source: { type: 'string', optional: true, enum: ['archive', 'active', 'all'] },
      typefilter: text,
      userfilter: text,
      statusfilter: text,
      vmid: { ...number, minimum: 100 },
      since: number,
      until: number,
    },
    answer: list,
  },
  { method: 'GET', path: '/nodes/{node}/tasks/{upid}/status', parameters: {}, answer: status },
  { method: 'GET', path: '/nodes/{node}/tasks/{upid}/log', parameters: page, answer: log },
  { method: 'DELETE', path: '/nodes/{node}/tasks/{upid}', parameters: {}, answer: remove },
];
