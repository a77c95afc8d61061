import type { NodeStatus } from './port.ts';

/** The processor of a node and its version of Proxmox VE, as far as it says. */
export type Processor = {
  vendor?: string | undefined;
  model?: string | undefined;
  version?: string | undefined;
  flags?: string[] | undefined;
};

/** Processor and version of a node; before PVE 9 the vendor is only to be told from the model's name. */
export function processorOf(status: NodeStatus): Processor {
  const model = status.cpu_model ?? '';
  const guessed = /AMD|EPYC|Ryzen|Opteron/i.test(model)
    ? 'AuthenticAMD'
    : /Intel|Xeon/i.test(model)
      ? 'GenuineIntel'
      : undefined;
  const vendor = status.cpu_vendor ?? guessed;
  const version = /^pve-manager\/([^/]+)/.exec(status.pve_version ?? '')?.[1] ?? status.pve_version;
  const flags = (status.cpu_flags ?? '').split(/\s+/).filter((flag) => flag !== '');
  return {
    ...(vendor && { vendor }),
    ...(model && { model }),
    ...(version && { version }),
    ...(flags.length > 0 && { flags }),
  };
}
