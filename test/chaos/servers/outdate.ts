import { type ApprovedMigration, type CloudEvent, migrationCompleted, migrationRefused } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { Both } from '../../e2e/stage/servers.ts';
import { type Draw, drawFrom } from '../one-process/draw.ts';
import { guestsFor, nodes } from './edge-cluster.ts';
import { type Edge, onEdge } from './open-edge.ts';
import { endOf, type Row, shareOf, type Wanted } from './row.ts';

const required = 200;
/** A real cluster says nothing of its time: it passes as the machine's. */
const speed = 1;
const hour_s = 3600;
const shiftClock = new URL('./shift-clock.ts', import.meta.url).href;

/** What is wrong with an approval, by when it was approved, expires, and had its sample, seconds from now. */
type Spoilt = { approved_s: number; sampled_s: number; expires_s: number };

const fresh = { approved_s: -1, sampled_s: -10, expires_s: 290 };
const shifted = (by_s: number): Spoilt => ({ approved_s: by_s - 1, sampled_s: by_s - 10, expires_s: by_s + 290 });
const expired = (draw: Draw): Spoilt => {
  const approved_s = -draw.from(301, 900);
  return { approved_s, sampled_s: approved_s - 10, expires_s: approved_s + 300 };
};
const stale = (draw: Draw): Spoilt => ({ ...fresh, sampled_s: -draw.from(620, 7200) });

/** Clocks of the executor's machine, what comes to it there, and for what that must be refused. */
const clocks: { off_s: number; spoil: (draw: Draw) => Spoilt; codes: string[] }[] = [
  {
    off_s: 0,
    spoil: (draw) => draw.one([expired, stale, () => shifted(hour_s), () => shifted(-hour_s)])(draw),
    codes: ['expired', 'clocks_disagree'],
  },
  { off_s: hour_s, spoil: (draw) => draw.one([fresh, shifted(hour_s)]), codes: ['expired', 'clocks_disagree'] },
  { off_s: -hour_s, spoil: (draw) => draw.one([fresh, shifted(-hour_s)]), codes: ['clocks_disagree'] },
];

const spoiltTimes = ({ approved_s, sampled_s, expires_s }: Spoilt, now: number): Partial<ApprovedMigration> => {
  const at = (seconds: number) => new Date(now + 1000 * seconds).toISOString();
  return { approved_at: at(approved_s), sampled_at: at(sampled_s), expires_at: at(expires_s) };
};

type Asked = { migration: ApprovedMigration; codes: readonly string[] };

/** One that has expired is told as busy where another, soon refused as well, stood in its way; the reason names the expiry all the same. */
const isExpiredToo = (code: string, reason: string): boolean => code === 'busy' && reason.includes(', expired at ');

function objectionTo(end: CloudEvent | undefined, { migration, codes }: Asked): string[] {
  const id = migration.migration_id;
  if (end?.type !== typeOf(migrationRefused)) return [`${id} was not refused`];
  const { code, reason } = migrationRefused.data.parse(end.data);
  const isRight = codes.includes(code) || (codes.includes('expired') && isExpiredToo(code, reason));
  return isRight ? [] : [`${id} was refused as ${code}: ${reason}`];
}

/** A clock an hour ahead or behind, samples that are stale, and decisions that have expired: none is executed, and what is fresh between them is. */
export async function outdate(
  binaries: Both,
  wanted: Wanted,
  off: readonly number[] = [0, hour_s, -hour_s],
): Promise<Row> {
  const played = clocks.filter(({ off_s }) => off.includes(off_s));
  const draw = drawFrom(wanted.seed);
  const count = Math.max(played.length, shareOf(required, wanted));
  const guests = guestsFor([{ of: 'outdated', count: count + 1, isService: false }]);
  const until = endOf(wanted);
  return onEdge(binaries, { guests, speed }, async (edge) => {
    const asked: Asked[] = [];
    const codes: string[] = [];
    const [control, ...left] = guests;
    const approve = ({ vmid, node }: (typeof guests)[number], spoilt: Spoilt) => {
      const move = { vmid, from: node, to: draw.one(nodes.filter((other) => other !== node)) };
      return edge.approve(move, spoiltTimes(spoilt, edge.cluster.simulator.now()));
    };
    for (const [i, { off_s, spoil, codes }] of played.entries()) {
      const program = await edge.start(off_s === 0 ? {} : clockOff(off_s));
      const share = Math.ceil((count - asked.length) / (played.length - i));
      for (let n = 0; n < share && performance.now() < until; n++)
        asked.push({ migration: await approve(left.pop()!, spoil(draw)), codes });
      await edge.settle();
      if (off_s === 0) await approve(control!, fresh).then(edge.settle);
      await program.kill();
    }
    const ends = await edge.ends();
    const moved = [...ends.values()].find(({ data }) => vmidOf(data) === control!.vmid);
    for (const { migration } of asked) codes.push(codeOf(ends.get(migration.migration_id)));
    const figures = [...new Set(codes)].map((code) => `${code} ${codes.filter((one) => one === code).length}`);
    return {
      what: 'clock ± 1 h, stale sample, expired decision',
      done: asked.length,
      required,
      broken: [
        ...asked.flatMap((one) => objectionTo(ends.get(one.migration.migration_id), one)),
        ...(moved?.type === typeOf(migrationCompleted) ? [] : ['what was fresh was not carried out']),
        ...checkSent(edge, control!.vmid),
      ],
      figures: `refused: ${figures.join(', ')}; ${edge.cluster.writes.length} request, of what was fresh`,
      story: edge.stage.story(),
    };
  });
}

const clockOff = (off_s: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=${shiftClock}`,
  EVENKEEL_TEST_CLOCK_S: `${off_s}`,
});

const vmidOf = (data: unknown): number => (data as { migration: ApprovedMigration }).migration.vmid;
const codeOf = (end: CloudEvent | undefined): string => (end?.data as { code?: string } | undefined)?.code ?? 'none';

/** Nothing but what was fresh was ever asked for. */
const checkSent = ({ cluster }: Edge, vmid: number): string[] =>
  cluster.writes
    .filter(({ path }) => !path.endsWith(`/qemu/${vmid}/migrate`))
    .map(({ method, path }) => `${method} ${path} was sent`);
