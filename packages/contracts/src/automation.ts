import { z } from 'zod';
import { Time } from './cluster.ts';
import type { Config } from './config/index.ts';
import { token } from './streams.ts';

export const Mode = z.enum(['observe', 'recommend', 'approve', 'auto']);
/** Who asked, as they call themselves: text from outside. */
export const Asker = z.string().min(1).max(128);
/** Why, in their own words: text from outside. */
export const Motive = z.string().max(240);
/** A node as Proxmox names it. */
export const NodeName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/, 'the name of a node');

/** What may be asked of the automation of a cluster; the mode `default` is that of the configuration. */
export const AutomationChange = z.discriminatedUnion('do', [
  z.object({ do: z.literal('pause'), reason: Motive }),
  z.object({ do: z.literal('resume') }),
  z.object({ do: z.literal('mode'), mode: z.enum([...Mode.options, 'default']) }),
  z.object({ do: z.literal('drain'), node: NodeName, reason: Motive }),
  z.object({ do: z.literal('undrain'), node: NodeName }),
]);

/** Since when, by whom and why a node is drained. */
export const Drain = z.object({ since: Time, by: Asker, reason: Motive });

/** What people have asked of a cluster, over its configuration; kept in the ledger. */
export const Automation = z.object({
  /** How often it was changed. */
  revision: z.number().int(),
  pause: z.object({ since: Time, by: Asker, reason: Motive }).optional(),
  mode: z.object({ mode: Mode, since: Time, by: Asker }).optional(),
  /** By node. */
  drained: z.record(NodeName, Drain),
  /** The migration that failed last, and whether somebody has resumed since. */
  failure: z.object({ migration_id: z.string(), at: Time, resumed: z.boolean() }).optional(),
  /** The broken invariant that was noted last. */
  broken: z.object({ id: z.string(), at: Time }).optional(),
  /** Its last change: the command, or the migration that failed. */
  changed: z.object({ id: z.string(), at: Time, by: Asker }).optional(),
  /** The last command that it holds, by its place in the stream; what stood before that is in it. */
  applied: z.object({ sequence: z.number().int(), at: Time }).optional(),
});

export type Mode = z.output<typeof Mode>;
export type AutomationChange = z.output<typeof AutomationChange>;
export type Drain = z.output<typeof Drain>;
export type Automation = z.output<typeof Automation>;

/** Nobody has asked for anything: the configuration alone holds. */
export const untouched: Automation = { revision: 0, drained: {} };

const unreadable: Automation = {
  ...untouched,
  pause: {
    since: '1970-01-01T00:00:00.000Z',
    by: 'evenkeel',
    reason: 'what was asked of this cluster cannot be read by this version',
  },
};

/** Where the ledger keeps it. */
export const automationKey = (cluster: string): string => `${token(cluster)}.automation`;

/** What the ledger keeps; what cannot be read counts as a pause. */
export function readAutomation(value: unknown): Automation {
  if (value === undefined || value === null) return untouched;
  return Automation.safeParse(value).data ?? unreadable;
}

/** The configuration of a cluster with what people have asked of it laid over. */
export function inForce(config: Config, { mode, drained }: Automation): Config {
  const nodes = Object.keys(drained);
  if (!mode && nodes.length === 0) return config;
  const { automated_migrations } = config;
  const maintenance_nodes = [...new Set([...automated_migrations.maintenance_nodes, ...nodes])];
  return {
    ...config,
    mode: mode?.mode ?? config.mode,
    automated_migrations: { ...automated_migrations, maintenance_nodes },
  };
}

/** The pause in a sentence, or null. */
export const pauseSentence = ({ pause }: Automation): string | null =>
  pause ? `paused by ${pause.by} since ${pause.since}: ${pause.reason}` : null;
