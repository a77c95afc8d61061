import type { Ledger } from '@evenkeel/bus';
import type { ApprovedMigration, Said } from '@evenkeel/contracts';
import { createExecutor } from '../service.ts';
import { configOf } from './approval.ts';
import type { World } from './world.ts';

/** What survives a process: the state of the service, its outbox, and the stream of what was said. */
export function createMemory() {
  return {
    version: 0,
    said: new Map<string, unknown>(),
    stream: new Map<string, Said>(),
    conflicts: [] as string[],
    times: 0,
  };
}
export type Memory = ReturnType<typeof createMemory>;

export type Through = <A extends unknown[], T>(
  label: string,
  call: (...args: A) => Promise<T>,
) => (...args: A) => Promise<T>;

/** A process: a fresh executor and as much of a runtime as it needs; every call to the outside goes through `through`. */
export function createProcess(
  world: Pick<World, 'clock' | 'proxmox'>,
  ledger: Ledger,
  memory: Memory,
  through: Through = (_, call) => call,
  config = configOf(),
  approvedUnder = config,
) {
  const wrap = <T extends object>(port: T, sync: string[]): T =>
    new Proxy(port, {
      get: (target, name: string) => {
        const call = target[name as keyof T];
        if (typeof call !== 'function' || sync.includes(name)) return call;
        return through(name, call.bind(target) as (...args: unknown[]) => Promise<unknown>);
      },
    });
  const patience = { post_timeout_ms: 30_000, grace_ms: 5_000 };
  const service = createExecutor({ patience, monotonic: () => world.clock.now, reach: async () => false });
  const outside = { ledger: wrap(ledger, []), proxmox: wrap(world.proxmox, ['clock']) };

  const log = { error: (_: object, message: string) => memory.conflicts.push(message), info: () => {} };
  const contextOf = (of = config) => ({
    cluster: 'lab',
    now: world.clock.now,
    config: of,
    current_config: config,
    log,
    ...outside,
  });

  async function handle(run: (context: never) => Promise<readonly Said[]>, of = config) {
    const version = memory.version;
    const kept = new Map(memory.said);
    const executions = {
      get: async (part: string) => kept.get(part),
      all: async () => Object.fromEntries(kept),
      set: (value: unknown, part: string) => void writes.push(() => memory.said.set(part, value)),
      remove: (part: string) => void writes.push(() => memory.said.delete(part)),
    };
    const writes: (() => void)[] = [];
    const events = await run({ ...contextOf(of), state: { executions } } as never);
    if (memory.version !== version) return;
    memory.version++;
    for (const write of writes) write();
    for (const event of events) say(memory, event);
  }
  return {
    approve: (migration: ApprovedMigration) =>
      handle(
        (context) => [...service.handlers.values()][0]!({ data: { migration } as never, id: '' }, context),
        approvedUnder,
      ),
    tick: () => handle(service.timers[0]!.handle),
    /** As a tick while the store does not answer. */
    meanwhile: () => service.meanwhile!(contextOf() as never),
  };
}

function say(memory: Memory, event: Said) {
  memory.times++;
  const { migration, look } = event.data as { migration: ApprovedMigration; look?: number };
  const id = [event.name, migration.migration_id, ...(look ? [look] : [])].join('/');
  const before = memory.stream.get(id);
  if (before && !look && JSON.stringify(before) !== JSON.stringify(event))
    memory.conflicts.push(`${id} was said twice, differently`);
  if (!before) memory.stream.set(id, event);
}

const terminal = ['migration.completed', 'migration.failed', 'migration.refused'];
/** The terminal events of a migration. */
export const ends = (memory: Memory, { migration_id }: ApprovedMigration): string[] =>
  terminal.filter((name) => memory.stream.has(`${name}/${migration_id}`));
export const eventOf = <D>(memory: Memory, name: string, { migration_id }: ApprovedMigration): D | undefined =>
  memory.stream.get(`${name}/${migration_id}`)?.data as D | undefined;
