import { clockOf, type Task, type World } from './world.ts';

const hex = (n: number): string => Math.floor(n).toString(16).toUpperCase().padStart(8, '0');

/** `2026-03-02 09:00:00`, as task logs have it. */
export const logTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** Tasks that are over are kept for so many seconds, and so many of them however old: logs of thousands of moves are no memory of who tests on them. */
const keptFor = 6 * 3600;
const keptAtLeast = 100;

const forget = (world: World): void => {
  const oldest = world.now / 1000 - keptFor;
  let excess = world.tasks.length - keptAtLeast;
  world.tasks = world.tasks.filter(({ endtime }) => endtime === undefined || endtime >= oldest || excess-- <= 0);
};

/** A worker begins on a node; `user` may be a token, whose name the answers then keep apart. */
export const beginTask = (
  world: World,
  { node, type, id, user }: { node: string; type: string; id: string; user: string },
): Task => {
  const plan = world.nodes.get(node)?.plan;
  const pid = ++world.pids;
  const pstart = Math.floor((world.now - (plan?.booted ?? world.now)) / 10);
  const starttime = Math.floor(clockOf(world, node) / 1000);
  const [owner, tokenid] = user.split('!');
  const upid = `UPID:${node}:${hex(pid)}:${hex(pstart)}:${hex(starttime)}:${type}:${id}:${user}:`;
  const task: Task = {
    upid,
    node,
    pid,
    pstart,
    starttime,
    type,
    id,
    user: owner as string,
    tokenid,
    endtime: undefined,
    exit: undefined,
    log: [],
  };
  world.tasks.push(task);
  if (world.tasks.length > keptAtLeast) forget(world);
  return task;
};

export const say = (world: World, task: Task, text: string): void => {
  task.log.push(`${logTime(clockOf(world, task.node))} ${text}`);
};

/** The worker is over: `OK`, or the text of its error. A killed one leaves no last line. */
export const endTask = (world: World, task: Task, exit: string): void => {
  task.exit = exit;
  task.endtime = Math.floor(clockOf(world, task.node) / 1000);
  if (exit === 'unexpected status') return;
  task.log.push(exit === 'OK' ? 'TASK OK' : exit.startsWith('WARNINGS') ? `TASK ${exit}` : `TASK ERROR: ${exit}`);
};
