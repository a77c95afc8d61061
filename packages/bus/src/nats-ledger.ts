import { randomUUID } from 'node:crypto';
import { DiscardPolicy } from '@nats-io/jetstream';
import { headersOf, isTaken } from './nats-publish.ts';
import type { Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import type { Ledger, LedgerEntry } from './port.ts';

const bucket = 'EVENKEEL_LEDGER';
const name = `KV_${bucket}`;
const prefix = `$KV.${bucket}.`;

/** A NATS key-value bucket by its usual layout, so that every NATS tool can look into it; reads are answered by its leader. */
export const ledgerStream = {
  name,
  subjects: [`${prefix}>`],
  discard: DiscardPolicy.New as DiscardPolicy,
  max_age: 0,
  max_bytes: -1,
  max_msgs_per_subject: 1,
  allow_rollup_hdrs: true,
  allow_direct: false,
};

/**
 * Compare-and-set by revision. A change carries an id, so that one whose answer was lost is told from one that was refused,
 * also where a new leader no longer knows of the id: what stands in the key bears it.
 */
export function createNatsLedger(wire: Wire): Ledger {
  const lookAt = (key: string) => wire.jsm.streams.getMessage(name, { last_by_subj: `${prefix}${key}` });
  const change = (key: string, body: Uint8Array | string, revision: number, extra: Record<string, string> = {}) => {
    const msgID = randomUUID();
    const options = { msgID, headers: headersOf(extra), expect: { lastSubjectSequence: revision } };
    return withPatience(wire, 'changing the ledger', async (timeout) => {
      try {
        return (await wire.js.publish(`${prefix}${key}`, body, { ...options, timeout })).seq;
      } catch (error) {
        if (!isTaken(error)) throw error;
        const standing = await lookAt(key);
        return standing?.header?.get('Nats-Msg-Id') === msgID ? standing.seq : null;
      }
    });
  };
  const look = async (key: string) => {
    const found = await withPatience(wire, 'reading the ledger', () => lookAt(key));
    return found && { revision: found.seq, isGone: found.header?.has('KV-Operation') === true, json: found.string() };
  };
  const get = async (key: string): Promise<LedgerEntry | null> => {
    const found = await look(key);
    return found && !found.isGone ? { key, value: JSON.parse(found.json), revision: found.revision } : null;
  };
  const keysOf = async (filter: string): Promise<string[]> => {
    const info = () => wire.jsm.streams.info(name, { subjects_filter: `${prefix}${filter}` });
    const { state } = await withPatience(wire, 'reading the ledger', info);
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  };

  return {
    create: async (key, value) => {
      const created = await change(key, JSON.stringify(value), 0);
      if (created !== null) return created;
      const marker = await look(key);
      return marker?.isGone ? change(key, JSON.stringify(value), marker.revision) : null;
    },
    update: (key, value, revision) => change(key, JSON.stringify(value), revision),
    get,
    remove: async (key, revision) => {
      const marker = await change(key, '', revision, { 'KV-Operation': 'DEL' });
      if (marker === null) return false;
      await wire.jsm.streams.deleteMessage(name, marker, false).catch(() => {});
      return true;
    },
    list: async (wanted) => {
      const filters = wanted === '' ? ['>'] : [wanted, `${wanted}.>`];
      const keys = (await Promise.all(filters.map(keysOf))).flat().sort();
      return (await Promise.all(keys.map(get))).filter((entry) => entry !== null);
    },
  };
}
