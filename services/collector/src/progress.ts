import type { CollectorProgress, RunRef } from '@evenkeel/contracts';
import { decidingFlags } from '@evenkeel/model';
import { type NodeStatus, processorOf } from '@evenkeel/proxmox';
import type { Look, ReadPressure } from './look.ts';

/** Before the first sample of a cluster. */
export const nothingYet: CollectorProgress = {
  sequence: 0,
  version: '',
  pressures: {},
  processors: {},
  past: {},
  logs: [],
};

/** The progress after one more look: what is slow to change is kept for looks that cannot read it, for nodes that still exist. */
export function noteLook(
  progress: CollectorProgress,
  { resources, node_status, version }: Look,
  { run, pressures, drained }: { run: RunRef | null; pressures: readonly ReadPressure[]; drained: readonly string[] },
): CollectorProgress {
  const nodes = new Set(resources.nodes.map(({ node }) => node));
  const present = <T>(values: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(values).filter(([node]) => nodes.has(node)));
  const processors = Object.entries(node_status).map(([node, status]) => [node, keptOf(status)]);
  const measured = pressures.map(({ node, ...reading }) => [node, reading]);
  return {
    ...progress,
    sequence: progress.sequence + 1,
    ...(run && { run }),
    drained: [...drained],
    version: version ?? progress.version,
    processors: present({ ...progress.processors, ...Object.fromEntries(processors) }),
    pressures: present({ ...progress.pressures, ...Object.fromEntries(measured) }),
  };
}

/** Of the hundred and more flags of a CPU those that decide where a guest may go. */
function keptOf(status: NodeStatus): CollectorProgress['processors'][string] {
  const { flags, ...rest } = processorOf(status);
  return { ...rest, ...(flags && { flags: flags.filter((flag) => decidingFlags.has(flag)).sort() }) };
}
