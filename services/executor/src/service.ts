import {
  type ApprovedMigration,
  automationKey,
  type Config,
  executions,
  executionsOf,
  inForce,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationProgressed,
  migrationRefused,
  migrationStarted,
  pauseSentence,
  readAutomation,
} from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { type Context, defineService, pingHost, reachPort } from '@evenkeel/runtime';
import { advanceAll, file, type Standing } from './act.ts';
import type { Reach } from './ask-guest.ts';
import { begun } from './begun.ts';
import { doneKey, executionKey } from './keys.ts';
import { prune } from './prune.ts';
import type { Patience } from './reconcile.ts';
import { nothingSaid, report, type SaidSoFar } from './report.ts';
import { createWaitNews } from './wait-news.ts';
import { createWatch } from './watch.ts';

const reachGuest: Reach = ({ port, ...to }) => (port === undefined ? pingHost(to) : reachPort({ ...to, port }));

export type ExecutorOptions = { patience: Patience; monotonic: () => number; reach?: Reach };

type Ctx = Context<{ executions: typeof executions }, Record<never, never>> & {
  /** The configuration in force now, where `config` is that of an event. */
  current_config?: Config;
};

/** Of a context, what there is without the store, too. */
type Bare = Omit<Ctx, 'state'>;

/** The executor, with how long it waits for the answer to a request; patience and time are the machine's. */
export function createExecutor({ patience, monotonic, reach = reachGuest }: ExecutorOptions) {
  const watch = createWatch(monotonic);
  const prunedOn = new Map<string, string>();
  const news = createWaitNews();
  /** By cluster and migration: when its log was read last while the store did not answer. */
  const looked = new Map<string, Map<string, SaidSoFar>>();

  async function pruneDaily({ cluster, now, ledger }: Ctx) {
    const today = new Date(now).toISOString().slice(0, 10);
    if (prunedOn.get(cluster) === today) return;
    await prune(cluster, now, ledger);
    prunedOn.set(cluster, today);
  }

  /** `begins`: whether what has not begun may. */
  async function outsideOf(given: Config, begins: boolean, { cluster, ledger, proxmox, departed }: Bare) {
    const automation = await automationOf({ cluster, ledger });
    const config = inForce(given, automation);
    const pause = departed ? gone : pauseSentence(automation);
    return { cluster, config, pause, automation, begins, ledger, proxmox, watch, patience, monotonic, reach };
  }

  async function move(given: Config, context: Ctx) {
    const { cluster, proxmox, state, log } = context;
    const said = await state.executions.all();
    looked.delete(cluster);
    const outside = await outsideOf(given, true, context);
    const {
      executions: stand,
      keys,
      unreadable,
      logs,
      waits,
    } = await advanceAll((id) => said[id] ?? nothingSaid, outside);
    if (unreadable.length > 0) log.error({ keys: unreadable }, 'entries of the ledger that this version cannot read');
    tellWaits({ executions: stand, waits }, context);
    for (const migration_id of Object.keys(said))
      if (!keys.includes(executionKey({ cluster, migration_id }))) state.executions.remove(migration_id);
    const events = [];
    for (const execution of stand) {
      const id = execution.migration.migration_id;
      const before = said[id] ?? nothingSaid;
      const facts = { log: logs.get(id) ?? null, now: proxmox.clock().now, config: outside.config };
      const { events: said_now, next } = report(execution, before, facts);
      if (said_now.length > 0) state.executions.set(next, id);
      events.push(...said_now);
    }
    return events;
  }

  /** Follows to its end what has begun, as the ledger has it; that is said once the store answers. */
  async function follow(context: Bare) {
    const outside = await outsideOf(context.current_config ?? context.config, false, context);
    const known = looked.get(context.cluster) ?? new Map<string, SaidSoFar>();
    const stands = await advanceAll((id) => known.get(id) ?? nothingSaid, outside);
    for (const id of stands.logs.keys()) known.set(id, { ...nothingSaid, looked_at: iso(context.proxmox.clock().now) });
    looked.set(context.cluster, known);
    tellWaits(stands, context);
  }

  const tellWaits = ({ executions, waits }: Pick<Standing, 'executions' | 'waits'>, { cluster, log }: Bare) => {
    for (const { guest, reason } of news.of(cluster, executions, waits))
      log.info({ guest, reason }, 'a migration waits');
  };

  return defineService({
    name: 'executor',
    summary: 'Carries out approved migrations, each at most once, and says how it ended.',
    owns: { executions },
    reads: {},
    uses: { proxmox: 'write', ledger: true },
    publishes: [migrationStarted, migrationProgressed, migrationCompleted, migrationFailed, migrationRefused],
    begun: async ({ cluster, ledger }) => begun((await ledger.list(executionsOf(cluster))).map(({ value }) => value)),
  })
    .on(migrationApproved, async ({ data }, context: Ctx) => {
      if (context.untrusted) return refuseUntrusted(data.migration, context.untrusted, context);
      const config = inForce(context.config, await automationOf(context));
      await file(data.migration, { ...context, config });
      return context.current_config ? move(context.current_config, context) : [];
    })
    .every(
      'machine',
      () => 1,
      async (context: Ctx) => {
        await pruneDaily(context);
        return move(context.current_config ?? context.config, context);
      },
    )
    .withoutStore(follow);
}

/** Nothing of it is begun; where the same was approved before by one who may, that goes on, and nothing is said of it. */
async function refuseUntrusted(migration: ApprovedMigration, reason: string, { ledger, log, now, trace }: Ctx) {
  const { migration_id } = migration;
  log.warn({ migration_id }, `an approval is refused: ${reason}`);
  if ((await ledger.get(executionKey(migration))) ?? (await ledger.get(doneKey(migration)))) return [];
  const at = iso(now);
  return [migrationRefused.of({ migration, refused_at: at, reason, code: 'untrusted' }, at, trace)];
}

const gone = 'the cluster is no longer configured';

/** What people have asked of the cluster, read anew each time. */
const automationOf = async ({ cluster, ledger }: Pick<Ctx, 'cluster' | 'ledger'>) =>
  readAutomation((await ledger.get(automationKey(cluster)))?.value);

export const executor = createExecutor({
  patience: { post_timeout_ms: 30_000, grace_ms: 5_000 },
  monotonic: () => performance.now(),
});
