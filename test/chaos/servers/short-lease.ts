import { readFileSync } from 'node:fs';
import { createExecutor } from '@evenkeel/executor';
import { openProcess, readSettings } from '@evenkeel/runtime';
import { readOwnConfig } from '../../../services/all-in-one/src/commands/read-setup.ts';
import { untilSignal } from '../../../services/all-in-one/src/commands/until-signal.ts';
import { lease } from './lease.ts';

/** `evenkeel run executor` in every respect but that its time constants are seventeen times as short. */
const read = readSettings(process.env, (path) => readFileSync(path, 'utf8'));
if (!read.ok) throw new Error(read.problems.join('\n'));
const { patience, freshest_ms, ack_wait_ms } = lease;
const executor = createExecutor({ patience, monotonic: () => performance.now() });
const config = readOwnConfig(read.settings);
await untilSignal(
  await openProcess([executor], { name: 'executor', settings: read.settings, config, freshest_ms, ack_wait_ms }),
);
