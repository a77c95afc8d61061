import type { GuestMarks } from '@evenkeel/contracts';
import { type GuestConfig, properties } from './properties.ts';

/** A guest whose configuration has not been read yet. */
export const unreadIdentity = 'unread';

const mac = /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/i;

/** By what a guest is told from another that is given its vmid later. */
export function marksOf(name: string, config: GuestConfig): GuestMarks {
  const ctime = Number(properties(config.meta ?? '').rest.ctime);
  const uuid = properties(config.smbios1 ?? '').rest.uuid?.toLowerCase();
  const nets = Object.entries(config).filter(([key]) => /^net\d+$/.test(key));
  const macs = nets.flatMap(([, value]) =>
    Object.values(properties(value).rest).filter((part) => mac.test(part ?? '')),
  );
  return {
    ...(ctime > 0 && { ctime }),
    ...(uuid && { uuid }),
    macs: [...new Set(macs.map((address) => String(address).toUpperCase()))].sort().slice(0, 32),
    name,
  };
}

/** The strongest mark that both have decides: creation time, then UUID, then a network address in common, then the name. */
export function isSameGuest(a: GuestMarks, b: GuestMarks): boolean {
  if (a.ctime !== undefined && b.ctime !== undefined) return a.ctime === b.ctime;
  if (a.uuid !== undefined && b.uuid !== undefined) return a.uuid === b.uuid;
  if (a.macs.length > 0 && b.macs.length > 0) return a.macs.some((address) => b.macs.includes(address));
  return a.name === b.name;
}

/** What it is called from its birth on, whatever it is renamed to and wherever it moves. */
export function identityOf({ ctime, uuid, macs, name }: GuestMarks): string {
  if (ctime !== undefined) return `ctime-${ctime}`;
  if (uuid !== undefined) return `uuid-${uuid}`;
  return macs[0] !== undefined ? `mac-${macs[0]}` : `name-${name}`;
}

/**
 * Why a guest cannot be the one of an identity, or null: it bears another mark of the same kind. An identity by name, or of a guest
 * that was never read, says nothing of it.
 */
export function otherThan(identity: string, config: GuestConfig): string | null {
  const { ctime, uuid, macs } = marksOf('', config);
  const [kind, mark = ''] = [identity.split('-', 1)[0], identity.slice(identity.indexOf('-') + 1)];
  if (kind === 'ctime' && ctime !== undefined && String(ctime) !== mark) return 'it was created at another time';
  if (kind === 'uuid' && uuid !== undefined && uuid !== mark) return 'its UUID is another';
  if (kind === 'mac' && macs.length > 0 && !macs.includes(mark)) return `it no longer has the network address ${mark}`;
  return null;
}
