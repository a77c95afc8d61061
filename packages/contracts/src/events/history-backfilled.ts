import { z } from 'zod';
import { ClusterName, GuestId, Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { Transfer } from '../migration.ts';

/** Seconds: longer than any bucket that Proxmox keeps of a week, and so short that nobody spreads a point over years. */
const longestPoint = 86_400;

/** Bucket start (epoch seconds), its length in seconds, then CPU fraction and memory bytes; null where there was no data. */
export const HistoryPoint = z.tuple([
  z.number().min(0),
  z.number().min(0).max(longestPoint),
  z.number().nullable(),
  z.number().nullable(),
]);

const latestOf = (points: readonly z.output<typeof HistoryPoint>[]): number =>
  points.reduce((latest, [start]) => Math.max(latest, start), 0);

export const PastMigration = z.object({
  upid: z.string(),
  guest: GuestId,
  source: z.string(),
  target: z.string().optional(),
  started_at: Time,
  ended_at: Time,
  ok: z.boolean(),
  transfer: Transfer.optional(),
});

export const historyBackfilled = defineEvent({
  name: 'history.backfilled',
  version: 1,
  stream: 'telemetry',
  summary: 'What Proxmox remembered of a node and its guests from before they were first seen.',
  data: z.object({
    cluster: ClusterName,
    at: Time,
    node: z.string(),
    /** 1, 2, … : a large node is told in several parts. */
    part: z.number().int(),
    /** Bytes of memory of the node, to read its history against. */
    node_maxmem: z.number().optional(),
    node_history: z.array(HistoryPoint),
    guests: z.array(
      z.object({
        guest: GuestId,
        identity: z.string(),
        /** vCPUs of which all CPU of its history is a fraction, also of a time in which it had more or fewer. */
        maxcpu: z.number().positive().optional(),
        history: z.array(HistoryPoint),
      }),
    ),
    migrations: z.array(PastMigration),
  }),
  key: ({ cluster }) => cluster,
  id: ({ node, part, at }) => `${node}/${part}/${at}`,
  moments: ({ at, node_history, guests, migrations }) => ({
    at,
    node_history: latestOf(node_history),
    guests: latestOf(guests.flatMap(({ history }) => history)),
    migrations: [at, ...migrations.map(({ ended_at }) => ended_at)].sort().at(-1)!,
  }),
  budget_bytes: 524_288,
});

export type HistoryPoint = z.output<typeof HistoryPoint>;
export type PastMigration = z.output<typeof PastMigration>;
