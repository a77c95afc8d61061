import type { Of } from '../faults.ts';
import type { World } from '../world.ts';

type Figures = Of<'figures'>;
type Row = Record<string, unknown>;

/** What is measured anew every ten seconds; what is configured stays as it is. */
const measured = new Set(
  'cpu mem memhost uptime netin netout diskread diskwrite memory loadavg wait freemem iowait memused'
    .split(' ')
    .concat(['cpu', 'io', 'memory'].flatMap((of) => [`pressure${of}some`, `pressure${of}full`])),
);

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const spoil = (how: Figures['how'], value: unknown): unknown => {
  if (how === 'nan') return 'NaN';
  if (how === 'nulls') return null;
  if (Array.isArray(value)) return value.map((one) => spoil(how, one));
  if (isRow(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoil(how, one)]));
  const below = -Math.abs(Number(value)) || -1;
  return typeof value === 'string' ? String(below) : below;
};

const spoilRow = (row: Row, { how }: Figures): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => {
      if (!measured.has(key)) return [[key, value]];
      return how === 'missing' ? [] : [[key, spoil(how, value)]];
    }),
  );

/** Whom a row is about: what it says itself, else what the path says. */
const aboutOf = (row: Row, path: string) => {
  const [, node, vmid] = /^\/nodes\/([^/]+)(?:\/(?:qemu|lxc)\/(\d+))?/u.exec(path) ?? [];
  return { vmid: Number(row.vmid ?? vmid ?? Number.NaN), node: String(row.node ?? node) };
};

const isMeant = (fault: Figures, { vmid, node }: { vmid: number; node: string }): boolean => {
  if (fault.vmid !== undefined) return vmid === fault.vmid;
  return fault.node === undefined || (node === fault.node && Number.isNaN(vmid));
};

/** An answer with the figures of those whom a fault means made garbage. */
export const garble = (world: World, path: string, answer: unknown): unknown => {
  const faults = world.faults.flatMap(({ fault, from, to, left }) =>
    fault.kind === 'figures' && fault.how !== 'reset' && from <= world.now && world.now < to && left > 0 ? [fault] : [],
  );
  if (faults.length === 0 || !/^\/(cluster\/resources|nodes)/u.test(path) || /\/(tasks|config)\b/u.test(path))
    return answer;
  const spoilt = (value: unknown): unknown =>
    isRow(value) ? faults.filter((fault) => isMeant(fault, aboutOf(value, path))).reduce<Row>(spoilRow, value) : value;
  return Array.isArray(answer) ? answer.map(spoilt) : spoilt(answer);
};
