import { z } from 'zod';
import type { TaskRow, TaskStatus } from '../port.ts';
import { looseText, num, requiredText, text } from './values.ts';

/** The parts of `UPID:node:pid:pstart:starttime:type:id:user:`; undefined where it is none. Start in epoch seconds. */
export function parseUpid(
  upid: string,
): { node: string; starttime: number; type: string; id: string; user: string } | undefined {
  const parts = /^UPID:([^:/\s]+):[0-9A-Fa-f]+:[0-9A-Fa-f]+:([0-9A-Fa-f]{1,12}):([^:\s]+):([^:\s]*):([^:\s]+):$/.exec(
    upid,
  );
  if (!parts) return undefined;
  const [, node = '', start = '', type = '', id = '', user = ''] = parts;
  return { node, starttime: Number.parseInt(start, 16), type, id, user };
}

/** True where a finished task did what it should: `OK`, or `WARNINGS: n`. */
export const isTaskOk = (exitstatus: string | undefined): boolean =>
  exitstatus !== undefined && /^(OK|WARNINGS: \d+)$/.test(exitstatus);

export const taskRow = z
  .object({ upid: requiredText, starttime: num(1e11), endtime: num(1e11), status: text, id: looseText, user: text })
  .transform((row, context): TaskRow => {
    const parts = parseUpid(row.upid);
    if (!parts) {
      context.addIssue({ code: 'custom', message: 'not a UPID' });
      return z.NEVER;
    }
    const status = row.endtime === undefined && row.status === 'RUNNING' ? undefined : row.status;
    return {
      ...parts,
      upid: row.upid,
      user: row.user ?? parts.user,
      starttime: row.starttime ?? parts.starttime,
      endtime: row.endtime,
      status,
    };
  });

export const taskStatusAnswer = z
  .object({ status: z.enum(['running', 'stopped']), exitstatus: text })
  .transform((answer): TaskStatus => ({ running: answer.status === 'running', exitstatus: answer.exitstatus }));

export const logLine = z.object({ n: num(), t: z.string() });
/** What a log holds before the task has written a line. */
export const isNoContent = (lines: string[]): boolean => lines.length === 1 && lines[0] === 'no content';
