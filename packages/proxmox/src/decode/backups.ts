import { z } from 'zod';
import type { BackupJob } from '../port.ts';
import { flag, num, requiredText, text, words } from './values.ts';

const ids = (list: string[]): number[] => list.map(Number).filter(Number.isInteger);

export const backupJob = z
  .object({
    id: requiredText,
    enabled: flag(true),
    'next-run': num(1e11),
    all: flag(false),
    vmid: z
      .unknown()
      .optional()
      .transform((value) => (typeof value === 'number' ? String(value) : value))
      .pipe(words),
    exclude: words,
    pool: text,
    node: text,
  })
  .transform(
    (row): BackupJob => ({
      id: row.id,
      enabled: row.enabled,
      next_run: row['next-run'],
      vmids: row.all ? 'all' : ids(row.vmid),
      exclude: ids(row.exclude),
      pool: row.pool,
      node: row.node,
    }),
  );
