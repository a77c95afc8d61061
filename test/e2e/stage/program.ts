import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type LogLine = { level: string; msg: string; [field: string]: unknown };
export type Exit = { code: number | null; signal: string | null };

/** The command line of Evenkeel in a process of its own. */
export type Program = {
  name: string;
  pid: number;
  /** What it logged. */
  lines: () => LogLine[];
  /** Everything that it wrote, for a reader. */
  output: () => string;
  exited: Promise<Exit>;
  isOver: () => boolean;
  signal: (signal: NodeJS.Signals) => void;
  /** SIGKILL, and waits until it is gone. */
  kill: () => Promise<void>;
  /** SIGTERM; how it ended, and after how many milliseconds. */
  stop: () => Promise<Exit & { ms: number }>;
};

const { PATH, NODE_COMPILE_CACHE } = process.env;
const main = fileURLToPath(new URL('../../../services/all-in-one/src/main.ts', import.meta.url));
/** Where the machine has it: ends the child also where this process is killed. */
const setpriv = '/usr/bin/setpriv';
const untilParentDies = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Another file than the command line may be the program. */
export function startProgram(name: string, args: string[], env: Record<string, string>, file = main): Program {
  const [command, ...rest] = [...untilParentDies, process.execPath, file, ...args] as [string, ...string[]];
  const child = spawn(command, rest, { env: { PATH, NODE_COMPILE_CACHE, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  alive.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  let over = false;
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    over = true;
    alive.delete(child);
    return { code, signal };
  });
  return {
    name,
    pid: child.pid as number,
    lines: () => output.split('\n').flatMap(parseLine),
    output: () => output,
    exited,
    isOver: () => over,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      const began = performance.now();
      child.kill('SIGTERM');
      const patience = sleep(20_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
      const exit = await Promise.race([exited, patience.then(() => exited)]);
      return { ...exit, ms: Math.round(performance.now() - began) };
    },
  };
}

function parseLine(line: string): LogLine[] {
  try {
    return line.startsWith('{') ? [JSON.parse(line)] : [];
  } catch {
    return [];
  }
}
