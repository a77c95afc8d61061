import { ProxmoxError } from '@evenkeel/proxmox';

export type Answer<T> = { ok: true; value: T } | { ok: false; error: ProxmoxError };

/** A "no" of Proxmox, or its silence, as a value; anything else is thrown on. */
export const ask = <T>(call: Promise<T>): Promise<Answer<T>> =>
  call.then(
    (value): Answer<T> => ({ ok: true, value }),
    (error: unknown): Answer<T> => {
      if (error instanceof ProxmoxError) return { ok: false, error };
      throw error;
    },
  );
