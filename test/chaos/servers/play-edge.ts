import { setTimeout as sleep } from 'node:timers/promises';
import type { ApprovedMigration, CloudEvent } from '@evenkeel/contracts';
import { nameOfType } from '@evenkeel/runtime';
import type { Both } from '../../e2e/stage/servers.ts';
import { type Draw, drawFrom } from '../one-process/draw.ts';
import { type EdgeGuest, guestsFor, max_concurrent, nodes } from './edge-cluster.ts';
import type { Hooks, Kind } from './edge-kinds.ts';
import { type Edge, type Move, onEdge } from './open-edge.ts';
import { endOf, type Row, shareOf, type Wanted } from './row.ts';

const speed = 60;

type Pending = { kind: Kind; migration: ApprovedMigration };

/** Moves of guests among all that this run may still make, each to a node that it was not sent to before. */
function createMoves(guests: readonly EdgeGuest[], draw: Draw) {
  const sent = new Map<number, Set<string>>();
  return {
    next: (kind: Kind, busy: ReadonlySet<number>, edge: Edge): Move | null => {
      for (const { vmid } of draw.some(
        guests.length,
        guests.filter(({ of }) => of === kind.name),
      )) {
        const been = sent.get(vmid) ?? new Set();
        const from = busy.has(vmid) || (kind.name === 'hands' && been.size > 0) ? undefined : edge.nodeOf(vmid);
        const left = nodes.filter((node) => node !== from && !been.has(node));
        if (from === undefined || left.length === 0) continue;
        const to = draw.one(left);
        sent.set(vmid, been.add(to));
        return { vmid, from, to };
      }
      return null;
    },
  };
}

/** Moves of these kinds go wrong, each in its own way, until as many are over as are wanted of each. */
export async function playEdge(binaries: Both, wanted: Wanted, played: readonly Kind[]): Promise<Row> {
  const draw = drawFrom(wanted.seed);
  const plan = played.flatMap((kind) => Array.from({ length: shareOf(kind.required, wanted) }, () => kind));
  const todo = draw.some(plan.length, plan);
  const counts = played.map((kind) => ({
    of: kind.name,
    count: kind.guests(shareOf(kind.required, wanted)),
    isService: kind.isService,
  }));
  const guests = guestsFor(counts);
  return onEdge(binaries, { guests, speed }, async (edge) => {
    const hooks = hear(edge);
    await edge.start();
    const over: (Pending & { end: CloudEvent; counted: boolean })[] = [];
    const pending = new Map<string, Pending>();
    const moves = createMoves(guests, draw);
    const takeEnds = async () => {
      for (const [id, end] of await edge.ends()) {
        const found = pending.get(id);
        if (!found) continue;
        pending.delete(id);
        const missed = hooks.delete(found.migration.vmid);
        found.kind.mend?.(found.migration.vmid, edge);
        const counted = !missed && found.kind.counts(end);
        over.push({ ...found, end, counted });
        if (!counted) todo.unshift(found.kind);
      }
    };
    const until = endOf(wanted);
    for (; todo.length + pending.size > 0 && performance.now() < until; await takeEnds(), await sleep(50)) {
      if (todo.length === 0 || pending.size >= max_concurrent) continue;
      const kind = todo.pop()!;
      const busy = new Set([...pending.values()].map(({ migration }) => migration.vmid));
      const move = moves.next(kind, busy, edge);
      if (!move) {
        todo.unshift(kind);
        continue;
      }
      const migration = await edge.approve(move, kind.trouble(draw, move, edge, hooks));
      pending.set(migration.migration_id, { kind, migration });
    }
    await edge.settle();
    await takeEnds();
    const wrong = over.flatMap(({ kind, migration, end, counted }) =>
      !counted ? [] : (kind.check(end, migration) ?? []),
    );
    return {
      what: played.map(({ what }) => what).join('; '),
      done: over.filter(({ counted }) => counted).length,
      required: played.reduce((sum, { required }) => sum + required, 0),
      broken: [...(await edge.broken()), ...wrong],
      figures: tell(over, edge),
      story: edge.stage.story(),
    };
  });
}

/** Hooks are called by whoever asks whether their guest may move, before that is answered. */
function hear({ cluster }: Edge): Hooks {
  const hooks: Hooks = new Map();
  cluster.listen(({ method, path }) => {
    const vmid = Number(/\/qemu\/(\d+)\/migrate$/.exec(path.split('?')[0]!)?.[1]);
    const hook = method === 'GET' ? hooks.get(vmid) : undefined;
    hooks.delete(vmid);
    hook?.();
  });
  return hooks;
}

function tell(over: readonly { end: CloudEvent }[], { cluster }: Edge): string {
  const names = over.map(({ end }) => nameOfType(end.type).replace('migration.', ''));
  const count = (name: string) => names.filter((one) => one === name).length;
  const posts = cluster.writes.filter(({ method }) => method === 'POST').length;
  const ends = ['completed', 'failed', 'refused'].map((name) => `${count(name)} ${name}`).join(', ');
  return `${ends}; ${posts} requests, ${cluster.simulator.inspect().moves.length} moves`;
}
