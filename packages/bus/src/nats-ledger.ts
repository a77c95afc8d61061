import { randomUUID } from 'node:crypto';
import { DiscardPolicy } from '@nats-io/jetstream';
import { headersOf, isTaken } from './nats-publish.ts';
import { isForbidden, type Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import type { Ledger, LedgerEntry } from './port.ts';

const bucket = 'EVENKEEL_LEDGER';
const name = `KV_${bucket}`;
const prefix = `$KV.${bucket}.`;

/**
 * A NATS key-value bucket by its usual layout, so that every NATS tool can look into it; reads are answered by its leader. Roll-ups are
 * off: by them whoever may write one key could remove all the others.
 */
export const ledgerStream = {
  name,
  subjects: [`${prefix}>`],
  discard: DiscardPolicy.New as DiscardPolicy,
  max_age: 0,
  max_bytes: -1,
  max_msgs_per_subject: 1,
  allow_rollup_hdrs: false,
  allow_direct: false,
};

type Found = { revision: number; isGone: boolean; json: string };

/**
 * So many later changes stand behind the mark of a removed key before it is purged. It is not deleted by its sequence: servers of 2.10
 * that start again throw their copy of the log away where they meet such a deletion too early (nats-server, pull request 7348), and where
 * leaders were killed under load, acknowledged changes were lost then.
 */
const changesBehind = 64;

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
  const look = async (key: string): Promise<Found | null> => {
    const found = await withPatience(wire, 'reading the ledger', () => lookAt(key));
    return found && { revision: found.seq, isGone: found.header?.has('KV-Operation') === true, json: found.string() };
  };
  const entryOf = (key: string, { json, revision }: Found): LedgerEntry => ({ key, value: JSON.parse(json), revision });
  const get = async (key: string): Promise<LedgerEntry | null> => {
    const found = await look(key);
    return found && !found.isGone ? entryOf(key, found) : null;
  };
  const keysOf = async (filter: string): Promise<{ keys: string[]; last: number }> => {
    const info = () => wire.jsm.streams.info(name, { subjects_filter: `${prefix}${filter}` });
    const { state } = await withPatience(wire, 'reading the ledger', info);
    return {
      keys: Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length)),
      last: state.last_seq,
    };
  };
  let removes = false;
  let isRefused = false;
  const sweep = async (key: string, marker: number, last: number): Promise<void> => {
    if (!removes || isRefused || last - marker < changesBehind) return;
    await wire.jsm.streams.purge(name, { filter: `${prefix}${key}`, seq: marker + 1 }).catch((error: Error) => {
      isRefused = isForbidden(error);
    });
  };

  return {
    create: async (key, value) => {
      for (;;) {
        const standing = await look(key);
        if (standing && !standing.isGone) return null;
        const created = await change(key, JSON.stringify(value), standing?.revision ?? 0);
        if (created !== null) return created;
      }
    },
    update: (key, value, revision) => change(key, JSON.stringify(value), revision),
    get,
    remove: async (key, revision) => {
      const marker = await change(key, '', revision, { 'KV-Operation': 'DEL' });
      if (marker === null) return false;
      removes = true;
      return true;
    },
    list: async (wanted) => {
      const filters = wanted === '' ? ['>'] : [wanted, `${wanted}.>`];
      const parts = await Promise.all(filters.map(keysOf));
      const last = Math.min(...parts.map((part) => part.last));
      const entries = parts.flatMap(({ keys }) => keys).sort();
      const found = await Promise.all(entries.map(async (key) => ({ key, at: await look(key) })));
      await Promise.all(found.map(({ key, at }) => at?.isGone && sweep(key, at.revision, last)));
      return found.flatMap(({ key, at }) => (at && !at.isGone ? [entryOf(key, at)] : []));
    },
  };
}
