import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of its own that can be filled to its last byte. */
export type SmallDisk = {
  dir: string;
  fill: () => Promise<void>;
  empty: () => Promise<void>;
  close: () => Promise<void>;
};

/** Null where this machine lets nobody mount one, which only root may. */
export async function mountSmallDisk(size_mib: number): Promise<SmallDisk | null> {
  const dir = await mkdtemp(join(tmpdir(), 'evenkeel-disk-'));
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${size_mib}m`, 'tmpfs', dir]).then(
    () => true,
    () => false,
  );
  if (!mounted) {
    await rm(dir, { recursive: true });
    return null;
  }
  const filler = join(dir, 'filler');
  return {
    dir,
    fill: async () => {
      const file = await open(filler, 'w');
      try {
        for (;;) await file.write(Buffer.alloc(4_096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    empty: () => rm(filler, { force: true }),
    close: async () => {
      await run('umount', ['-l', dir]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
