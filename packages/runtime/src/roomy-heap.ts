import { setFlagsFromString } from 'node:v8';

const option = '--heap-growing-percent=';
const roomy = 100;

let working = 0;

/**
 * Where the process keeps its heap tight, lets it grow by as much again until the work is over: reading hours of large events makes little
 * else than garbage, and a tight heap is searched for it all the time.
 */
export async function withRoomyHeap<T>(work: () => Promise<T>): Promise<T> {
  const tight = process.execArgv.findLast((argument) => argument.startsWith(option))?.slice(option.length);
  if (tight === undefined || Number(tight) >= roomy) return work();
  if (working++ === 0) setFlagsFromString(`${option}${roomy}`);
  try {
    return await work();
  } finally {
    if (--working === 0) setFlagsFromString(`${option}${tight}`);
  }
}
