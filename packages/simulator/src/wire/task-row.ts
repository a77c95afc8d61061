import type { Task } from '../world.ts';

/** A task as lists have it: a running one lacks its end and its status. */
export const taskRow = (task: Task): Record<string, unknown> => ({
  upid: task.upid,
  node: task.node,
  pid: task.pid,
  pstart: task.pstart,
  starttime: task.starttime,
  type: task.type,
  id: task.id,
  user: task.user,
  ...(task.tokenid ? { tokenid: task.tokenid } : {}),
  ...(task.exit === undefined ? {} : { status: task.exit, endtime: task.endtime }),
});
