import type { GuestRow, Proxmox, ProxmoxError } from '@evenkeel/proxmox';
import { ask } from './ask.ts';
import { type LeftoverLook, leftoversOf, localStoragesOf } from './leftovers.ts';

type Sought = {
  vmid: number;
  /** Where it must not have anything. */
  node: string;
  /** Where it is. */
  guest: GuestRow;
  /** Whether it has local disks where it is, as far as that is known. */
  has_disks: boolean;
};

/** Looks for disks of a guest on the node where it is not, once its move is over. */
export async function lookForLeftovers(
  proxmox: Proxmox,
  { vmid, node, guest, has_disks }: Sought,
): Promise<LeftoverLook> {
  const [resources, jobs] = await Promise.all([ask(proxmox.resources()), ask(proxmox.replications())]);
  if (!resources.ok) return unanswered(has_disks, resources.error);
  const { nodes, storages } = resources.value;
  const local = localStoragesOf(node, storages);
  if (local.length === 0) return { leftovers: [] };
  if (!nodes.some((row) => row.node === node && row.status === 'online'))
    return { ...unseen(has_disks, `${node} is not online`), passes: has_disks };
  if (!jobs.ok) return unanswered(has_disks, jobs.error);
  const found = await Promise.all(local.map(({ storage }) => ask(proxmox.volumes(node, storage, vmid))));
  const no = found.find((answer) => !answer.ok);
  const leftovers = leftoversOf(
    vmid,
    node,
    found.flatMap((answer) => (answer.ok ? answer.value : [])),
    jobs.value,
  );
  if (no && !no.ok) return { leftovers, ...unanswered(has_disks, no.error) };
  if (leftovers.length > 0 || !has_disks) return { leftovers };
  return (await seesOwn(
    proxmox,
    guest,
    localStoragesOf(guest.node, storages).map(({ storage }) => storage),
  ))
    ? { leftovers }
    : unseen(
        has_disks,
        `the token lacks VM.Config.Disk on /vms/${vmid}, without which Proxmox does not list its disks`,
      );
}

const unseen = (has_disks: boolean, why: string): LeftoverLook => (has_disks ? { unseen: why } : {});

/** Silence passes; a right that is missing does not. */
function unanswered(has_disks: boolean, { kind, message }: ProxmoxError): LeftoverLook {
  const passes = has_disks && (kind === 'unreachable' || kind === 'timeout');
  return { ...unseen(has_disks, message), ...(passes && { passes }) };
}

/** Proxmox leaves out what a token may not see; who does not see the disks that are there for certain sees no others. */
async function seesOwn(proxmox: Proxmox, { node, vmid }: GuestRow, storages: string[]): Promise<boolean> {
  const found = await Promise.all(storages.map((storage) => ask(proxmox.volumes(node, storage, vmid))));
  return found.some((answer) => answer.ok && answer.value.some((row) => row.vmid === vmid));
}
