import type { NodeTale } from './tell-past.ts';

/** Bytes of JSON to which a part is filled. */
const full = 380 * 1024;

const sizeOf = (value: unknown): number => JSON.stringify(value).length + 1;

export type TalePart = NodeTale & { part: number };

/** A node's tale in parts that each fit into an event, numbered from 1. */
export function partTale(tale: NodeTale): TalePart[] {
  const empty = {
    node: tale.node,
    ...(tale.node_maxmem === undefined ? {} : { node_maxmem: tale.node_maxmem }),
    node_history: [],
    guests: [],
    migrations: [],
  };
  const pieces = [
    { node_history: tale.node_history },
    ...tale.guests.map((guest) => ({ guests: [guest] })),
    ...tale.migrations.map((migration) => ({ migrations: [migration] })),
  ];
  const parts: TalePart[] = [];
  let room = 0;
  for (const piece of pieces) {
    const size = sizeOf(piece);
    if (parts.length === 0 || size > room) {
      parts.push({ ...empty, part: parts.length + 1 });
      room = full;
    }
    room -= size;
    const { node_history = [], guests = [], migrations = [] } = piece as Partial<NodeTale>;
    const last = parts.at(-1) as TalePart;
    parts[parts.length - 1] = {
      ...last,
      node_history: [...last.node_history, ...node_history],
      guests: [...last.guests, ...guests],
      migrations: [...last.migrations, ...migrations],
    };
  }
  return parts;
}
