import { type GuestSample, type NodeSample, nameSome } from '@evenkeel/contracts';
import { flagsOf } from './flags-of.ts';

const mostFlags = 6;

const isUnknown = ({ cpu_model, cpu_flags }: NodeSample): boolean => cpu_model === undefined && cpu_flags === undefined;

/**
 * Why a VM cannot take its CPU along from one node to another, or null. A processor of the same model does; else the flags that its
 * CPU type needs decide, of which those count that its own node has. Where nothing at all is known of a processor nothing is said.
 */
export function runsCpuType(guest: GuestSample, from: NodeSample | undefined, to: NodeSample): string | null {
  const type = guest.constraints?.cpu_type;
  if (guest.type === 'lxc' || type === undefined || type === '' || !from || isUnknown(from) || isUnknown(to))
    return null;
  if (from.cpu_model !== undefined && from.cpu_model === to.cpu_model) return null;
  const needed = flagsOf(type);
  if (needed === undefined) return otherModel(type, to);
  if (needed.length === 0) return null;
  if (to.cpu_flags === undefined)
    return `whether ${to.node} can run its CPU type ${type} is not known: no flags of its CPU, and the model is not that of ${from.node}`;
  const missing = needed.filter((flag) => !to.cpu_flags!.includes(flag) && (from.cpu_flags?.includes(flag) ?? true));
  return missing.length > 0
    ? `its CPU type is ${type}, and the CPU of ${to.node} lacks ${nameSome(missing, mostFlags)}`
    : null;
}

const otherModel = (type: string, { node, cpu_model }: NodeSample): string =>
  cpu_model === undefined
    ? `its CPU type is ${type}, and the model of the CPU of ${node} is not known`
    : `its CPU type is ${type}, and ${node} has another model (${cpu_model})`;

const numbers = (version: string): number[] => version.split('.').slice(0, 2).map(Number);

/** Why a running VM cannot go to the version of Proxmox VE that a node has, or null: to an older one its state may not load. */
export function runsVersion(guest: GuestSample, from: NodeSample | undefined, to: NodeSample): string | null {
  if (guest.type === 'lxc' || guest.status === 'stopped' || !from?.version || !to.version) return null;
  const [[major = 0, minor = 0], [there = 0, lesser = 0]] = [numbers(from.version), numbers(to.version)];
  const isOlder = there < major || (there === major && lesser < minor);
  return isOlder
    ? `${to.node} has Proxmox VE ${to.version}, ${from.node} the newer ${from.version}, and a running VM only goes up`
    : null;
}
