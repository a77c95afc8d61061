import type { Watcher } from './play-config.ts';

/** Progress on stderr: a line that is written over on a terminal, else one line every ten percent. */
export function createProgress(name: string, total: number): { seen: Watcher; done: () => void } {
  const terminal = process.stderr.isTTY === true;
  let told = -1;
  return {
    seen: ({ samples, moves, at }) => {
      const share = Math.floor((100 * samples) / total);
      if (share === told || (!terminal && share < told + 10 && share < 100)) return;
      told = share;
      const line = `${name}: ${share} %, ${samples} of ${total} samples, ${moves} moves, ${at}`;
      process.stderr.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
    },
    done: () => void (terminal && process.stderr.write('\n')),
  };
}
