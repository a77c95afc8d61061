/** The configuration of a guest as Proxmox keeps it: keys to strings. */
export type GuestConfig = Record<string, string>;

/** `a,b=1,c=2` as Proxmox writes it: what stands first without a key, and the rest by key. */
export function properties(value: string): { first: string; rest: Record<string, string | undefined> } {
  const parts = value.split(',').map((part): [string, string] => {
    const at = part.indexOf('=');
    return at < 0 ? [part.trim(), ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
  const [key = '', said = ''] = parts[0] ?? [];
  return { first: said === '' ? key : '', rest: Object.fromEntries(parts) };
}

const units: Record<string, number> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** `32G` in bytes; 0 where no size is said. */
export function sizeOf(text: string | undefined): number {
  const parts = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text ?? '');
  return parts ? Number(parts[1]) * (units[parts[2] ?? ''] ?? 0) : 0;
}

/** The CPU type that a configuration gives a guest; `kvm64` is what Proxmox takes where it names none. */
export function cpuTypeOf(type: 'qemu' | 'lxc', config: GuestConfig): string {
  if (type === 'lxc') return 'container';
  const { first, rest } = properties(config.cpu ?? '');
  return rest.cputype || first || 'kvm64';
}
