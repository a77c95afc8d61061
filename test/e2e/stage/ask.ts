import { join } from 'node:path';
import { startProgram } from './program.ts';
import type { Servers } from './servers.ts';
import { clusterName } from './stage.ts';

/** What a command line of `evenkeel` says, and its exit code. */
export async function ask(args: string[], env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const program = startProgram(args.join(' '), args, env);
  const { code } = await program.exited;
  return { code, said: program.output() };
}

/** What an administrator of the stage has in the environment. */
export const askersEnv = ({ dir, nats }: Servers): Record<string, string> => ({
  EVENKEEL_CONFIG: join(dir, 'evenkeel.json'),
  EVENKEEL_NATS_URL: nats.url,
  EVENKEEL_PVE_CLUSTER: clusterName,
});
