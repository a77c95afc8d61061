import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const { PATH, NODE_COMPILE_CACHE } = process.env;
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export type Ran = { code: number; out: string; err: string };

/** Runs the command line as a user does, in a process of its own. */
export async function evenkeel(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH, NODE_COMPILE_CACHE, ...env } });
  const ran: Ran = { code: -1, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (ran.err += text));
  child.stdin.on('error', () => {}).end(input);
  const [code] = await once(child, 'close');
  return { ...ran, code };
}
