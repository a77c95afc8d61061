import type { z } from 'zod';
import type { Description } from './description.ts';
import type { Fault } from './fault.ts';
import type { GuestDescription } from './guest-description.ts';
import type { TraceTable } from './load.ts';

/** A description that cannot be simulated; `problems` says all that is wrong, one sentence each. */
export class DescriptionError extends Error {
  override name = 'DescriptionError';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`the description of the cluster does not fit:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Sentences for what zod found, with the place in the file. */
export const problemsOf = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${issue.path.length > 0 ? issue.path.join('.') : 'top level'}: ${issue.message}`);

const repeated = (what: string, values: (string | number)[]): string[] =>
  [...new Set(values.filter((value, index) => values.indexOf(value) !== index))].map((v) => `${what} ${v} comes twice`);

type Known = { nodes: Set<string>; storages: Set<string>; traces: Record<string, TraceTable> };

/** What a guest names that is not there. */
export const guestProblems = (guest: GuestDescription, known: Known): string[] => {
  const name = `guest ${guest.vmid} (${guest.name})`;
  const out: string[] = [];
  if (!known.nodes.has(guest.node)) out.push(`${name}: there is no node ${guest.node}`);
  for (const disk of guest.disks ?? [])
    if (!known.storages.has(disk.storage)) out.push(`${name}: there is no storage ${disk.storage}`);
  if (guest.load.kind === 'trace') {
    const rows = known.traces[guest.load.trace]?.rows;
    const { row, trace } = guest.load;
    if (!rows) out.push(`${name}: there is no trace ${trace}`);
    else if (!rows.has(row) && !rows.has(`${row}/cpu`)) out.push(`${name}: trace ${trace} has no row ${row}`);
  }
  return out;
};

/** The nodes that a fault names. */
export const namedNodes = (fault: Fault): string[] => {
  const named = ['node' in fault ? fault.node : undefined, 'target' in fault ? fault.target : undefined];
  return named.filter((node) => node !== undefined);
};

/** What an act by hand lacks. */
export const lacking = (fault: Fault): string | undefined => {
  if (fault.kind !== 'by_hand') return undefined;
  if (fault.does === 'move' && !fault.target) return 'a move needs its target';
  return fault.does === 'rename' && !fault.name ? 'a new name is needed' : undefined;
};

/** What no schema sees: names that point nowhere and names that come twice. */
export const findProblems = (d: Description, traces: Record<string, TraceTable>): string[] => {
  const nodes = new Set(d.nodes.map((node) => node.name));
  const storages = new Set(d.storages.map((storage) => storage.name));
  const unknown = (where: string, names: string[]) =>
    names.filter((name) => !nodes.has(name)).map((name) => `${where}: there is no node ${name}`);
  const out = [
    ...repeated(
      'node',
      d.nodes.map((node) => node.name),
    ),
    ...repeated(
      'storage',
      d.storages.map((storage) => storage.name),
    ),
    ...repeated(
      'vmid',
      d.guests.map((guest) => guest.vmid),
    ),
    ...repeated(
      'token',
      d.tokens.map((token) => token.id),
    ),
    ...d.guests.flatMap((guest) => guestProblems(guest, { nodes, storages, traces })),
    ...d.storages.flatMap((storage) => unknown(`storage ${storage.name}`, storage.nodes ?? [])),
    ...d.ha.rules.flatMap((rule) =>
      rule.type === 'node-affinity' ? unknown(`rule ${rule.rule}`, Object.keys(rule.nodes)) : [],
    ),
    ...d.ha.groups.flatMap((group) => unknown(`group ${group.group}`, Object.keys(group.nodes))),
    ...d.replications.flatMap(({ vmid, target }) => unknown(`replication of ${vmid}`, [target])),
    ...unknown('populate.except', d.populate?.except ?? []),
    ...d.faults.flatMap((fault) => unknown(`fault ${fault.kind}`, namedNodes(fault))),
    ...d.faults.flatMap((fault) => lacking(fault) ?? []).map((problem) => `fault by_hand: ${problem}`),
  ];
  const populated = d.populate ?? { first_vmid: 0, guests: 0 };
  const taken = d.guests.filter(
    ({ vmid }) => vmid >= populated.first_vmid && vmid < populated.first_vmid + populated.guests,
  );
  out.push(...taken.map(({ vmid }) => `guest ${vmid}: populate gives this vmid away, too (see populate.first_vmid)`));
  const wanted = d.populate?.load === 'trace' ? (d.populate.trace ?? '') : undefined;
  if (wanted !== undefined && !traces[wanted])
    out.push(`populate: there is no trace ${wanted === '' ? '(give one)' : wanted}`);
  if (d.populate?.storage && !storages.has(d.populate.storage))
    out.push(`populate: there is no storage ${d.populate.storage}`);
  return out;
};
