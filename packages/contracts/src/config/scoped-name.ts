/** A name as an administrator writes it: `pve1` in every cluster, `paris/pve1` in one. */
export type ScopedName = { cluster?: string; name: string };

/** Of a node or a storage, whose names hold no slash: what stands before the first one is a cluster. */
export function scopedName(text: string): ScopedName {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { cluster: text.slice(0, slash), name: text.slice(slash + 1) };
}

const isId = (text: string): boolean => /^(qemu|lxc)\/[^/]*$/i.test(text) || /^[^/]*\*[^/]*\//.test(text);

/**
 * Of a guest by name, vmid, id or pattern: the same, but that `qemu/…` and `lxc/…` without a second slash are ids of guests, whatever
 * clusters are called, and so is what has a `*` before its slash.
 */
export const scopedGuest = (text: string): ScopedName => (isId(text) ? { name: text } : scopedName(text));

/** Of a pool, which may lie in another and then holds a slash itself: what stands before the first one is a cluster where there is one of that name. */
export const scopedPool =
  (clusters: readonly string[]) =>
  (text: string): ScopedName => {
    const scoped = scopedName(text);
    return scoped.cluster !== undefined && clusters.includes(scoped.cluster) ? scoped : { name: text };
  };
