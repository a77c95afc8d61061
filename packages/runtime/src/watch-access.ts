import type { ProxmoxError } from '@evenkeel/proxmox';
import type { Log } from './define-service.ts';
import type { Check } from './health.ts';

type Right = 'read' | 'write';

/** What ails the way to a cluster as a whole: with these nothing can be read or done. */
const barred: readonly ProxmoxError['kind'][] = ['unauthorized', 'certificate'];
/** Privileges that are told of at most: a cluster has thousands of guests, a token a dozen privileges. */
const most = 64;

export type Access = {
  /** Hears what became of each call of a cluster with the token of a right; null where it was answered. */
  of: (cluster: string, right: Right) => (error: ProxmoxError | null) => void;
  checks: () => Check[];
};

/**
 * Tells of a token that is refused while it is in use: one that is not accepted any more until it is again, at /readyz too; one that
 * lacks a privilege once for each, with the first path. What is barred from the start is said in the log by whoever could not begin.
 */
export function watchAccess(log: Pick<Log, 'warn' | 'info'>): Access {
  const letIn = new Set<string>();
  const refused = new Map<string, ProxmoxError>();
  const lacking = new Set<string>();

  const lack = (cluster: string, right: Right, { message }: ProxmoxError): void => {
    const privilege = /lacks (\S+) on /.exec(message)?.[1] ?? 'a privilege';
    const key = `${cluster}/${right}/${privilege}`;
    if (lacking.has(key) || lacking.size >= most) return;
    lacking.add(key);
    log.warn({ cluster, right, reason: message }, 'the token lacks a privilege');
  };

  return {
    of: (cluster, right) => (error) => {
      const key = `${cluster}/${right}`;
      const before = refused.get(key);
      if (error === null) {
        letIn.add(key);
        if (refused.delete(key)) log.info({ cluster, right }, 'the cluster lets us in again');
      } else if (error.kind === 'forbidden') lack(cluster, right, error);
      else if (barred.includes(error.kind)) {
        refused.set(key, error);
        if (letIn.has(key) && before?.kind !== error.kind)
          log.warn({ cluster, right, reason: error.message }, 'the cluster does not let us in');
      }
    },
    checks: () =>
      [...refused].map(([key, { message }]) => ({ name: `access/${key}`, trouble: () => message }) satisfies Check),
  };
}
