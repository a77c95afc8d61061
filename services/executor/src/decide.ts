import { begin } from './begin.ts';
import type { Held } from './claims.ts';
import type { Running, Starting } from './execution.ts';
import { follow } from './follow.ts';
import { doneKey, executionKey } from './keys.ts';
import { launch } from './launch.ts';
import { locate, lookAtRest, lookAtTask, lookBefore, lookForRealTask, lookForTask } from './look.ts';
import type { Entry, Outside } from './outside.ts';
import { reconcile } from './reconcile.ts';
import { retire } from './retire.ts';
import type { Step } from './steps.ts';

/** Reads what the state of a migration makes necessary, and asks the pure function of that state what to do. */
export async function decide(entry: Entry, tick: { said: boolean; held: Held[] }, outside: Outside): Promise<Step> {
  const { execution, revision } = entry;
  const { proxmox, config, pause, ledger } = outside;
  const time = () => ({ now: proxmox.clock().now, config, pause });
  switch (execution.state) {
    case 'approved': {
      const step = begin(execution, { ...time(), held: tick.held });
      if (step.do === 'wait') return step;
      return (await ledger.get(doneKey(execution.migration))) ? { do: 'drop' } : step;
    }
    case 'claimed': {
      const look = await lookBefore(execution, proxmox);
      return launch(execution, { ...time(), look });
    }
    case 'starting':
      return decideStarting(execution, revision, outside);
    case 'running':
      return decideRunning(execution, outside);
    case 'ended': {
      const rests = !execution.ending.hold || (tick.said && (await lookAtRest(execution, proxmox)));
      return retire(execution, { ...time(), said: tick.said, rests });
    }
  }
}

async function decideStarting(execution: Starting, revision: number, outside: Outside): Promise<Step> {
  const { proxmox, config, patience, watch } = outside;
  const unchanged_ms = watch.unchanged(executionKey(execution.migration), revision);
  const { found, complete } = await lookForTask(execution, proxmox);
  const place = await locate(execution.migration.vmid, proxmox);
  const { now } = proxmox.clock();
  return reconcile(execution, { now, config, patience, unchanged_ms, tasks: found, complete, ...place });
}

async function decideRunning(execution: Running, { proxmox, config }: Outside): Promise<Step> {
  const task = await lookAtTask(execution, proxmox);
  const real_task = await lookForRealTask(execution, proxmox);
  const place = await locate(execution.migration.vmid, proxmox);
  return follow(execution, { now: proxmox.clock().now, config, task, real_task, ...place });
}
