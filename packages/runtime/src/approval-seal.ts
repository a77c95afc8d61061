import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Outgoing } from '@evenkeel/bus';
import { type CloudEvent, migrationApproved } from '@evenkeel/contracts';
import { typeOf } from './envelope.ts';

/** Signs approvals on their way out, and says of those that arrive why they must not be acted on. */
export type ApprovalSeal = {
  sign: (outgoing: Outgoing) => Outgoing;
  /** A sentence, or null; other events are nobody's to sign. */
  objection: (event: CloudEvent) => string | null;
};

const isApproval = ({ type }: CloudEvent): boolean => type === typeOf(migrationApproved);

/** By a key that filter-pipeline and executor share: HMAC-SHA256 over the canonical bytes of the data. */
export function createApprovalSeal(key: string): ApprovalSeal {
  const sealOf = ({ data }: CloudEvent): string =>
    createHmac('sha256', key).update(canonical(data)).digest('base64url');
  return {
    sign: (outgoing) => {
      const { event } = outgoing;
      return isApproval(event) ? { ...outgoing, event: { ...event, approvalsignature: sealOf(event) } } : outgoing;
    },
    objection: (event) => {
      if (!isApproval(event)) return null;
      const { approvalsignature: given } = event;
      if (given === undefined) return 'the approval is not signed, and this executor has a key (EVENKEEL_APPROVAL_KEY)';
      return isSame(given, sealOf(event)) ? null : 'the approval is signed with another key, or was changed since';
    },
  };
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a.padEnd(b.length)), Buffer.from(b));

/** JSON with its keys in order: the same bytes for the same data, whoever wrote it down. */
function canonical(data: unknown): string {
  return JSON.stringify(JSON.parse(JSON.stringify(data ?? null)), (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
