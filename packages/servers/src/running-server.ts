import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerBinary } from './server-binary.ts';

/** A server on a loopback port; it ends with this process at the latest. */
export type RunningServer = {
  url: string;
  port: number;
  pid: number;
  /** Lets it finish, and kills it where it takes longer than 5 s. */
  stop: () => Promise<void>;
  /** As a power cut of its process: SIGKILL. */
  kill: () => Promise<void>;
};

export type Program = { name: string; binary: ServerBinary; args: string[]; log: string };

/** Where the machine has it: ends the program also where this process is killed. */
const setpriv = '/usr/bin/setpriv';
const untilParentDies = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];

/** Starts a program and waits until its port answers. Throws with the end of its log where it ends before that. */
export async function startProgram(program: Program, port: number, scheme: string): Promise<RunningServer> {
  const log = openSync(program.log, 'a');
  const [command, ...args] = [...untilParentDies, program.binary.command, ...program.args] as [string, ...string[]];
  const child = spawn(command, args, {
    env: { ...process.env, ...program.binary.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let over = false;
  const exited = once(child, 'exit').then(
    () => {},
    () => {},
  );
  void exited.then(() => {
    over = true;
    process.off('exit', killNow);
  });
  const killNow = () => child.kill('SIGKILL');
  process.on('exit', killNow);
  const end = async (signal: 'SIGTERM' | 'SIGKILL', patience_ms: number) => {
    if (over) return;
    child.kill(signal);
    await Promise.race([exited, sleep(patience_ms, undefined, { ref: false })]);
    killNow();
    await exited;
  };

  for (const deadline = performance.now() + 15_000; !(await answers(port)); await sleep(10)) {
    if (!over && performance.now() < deadline) continue;
    await end('SIGKILL', 0);
    throw new Error(`${program.name} did not start on port ${port}: ${tailOf(program.log)}`);
  }
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    pid: child.pid as number,
    stop: () => end('SIGTERM', 5_000),
    kill: () => end('SIGKILL', 5_000),
  };
}

/** A port that nobody listens on at this moment, from below those that systems give to outgoing connections. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((closed) => server.close(closed));
    if (isFree) return port;
  }
}

/** Whether a server greets, or answers to PING as Redis does once it has loaded its data. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(1_000, () => socket.destroy());
  socket.write('PING\r\n');
  try {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return /^(?:INFO|\+PONG)/u.test(chunk.toString('latin1'));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function tailOf(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ');
}
