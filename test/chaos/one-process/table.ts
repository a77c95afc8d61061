import { rows } from './rows.ts';
import type { Ran } from './run-row.ts';

type Line = { what: string; rows: string[]; elsewhere?: string };

/** What is promised, line by line, and what puts it to the test: rows of this folder, or something that needs real servers. */
const lines: Line[] = [
  { what: 'executor killed', rows: ['points', 'kills'], elsewhere: 'real processes: --only kills' },
  { what: 'executor stands still', rows: ['stops'], elsewhere: 'real processes: --only stops' },
  { what: 'time-out after accept', rows: ['lost'], elsewhere: 'a real process: --only edge' },
  {
    what: 'messages repeated, shuffled, late',
    rows: ['messages'],
    elsewhere: 'whole stories: test/scenarios/hostile.test.ts',
  },
  { what: 'NATS R3, leader killed under load', rows: [], elsewhere: 'three real servers: --only leaders' },
  {
    what: 'Redis flushed, killed, last second lost',
    rows: ['forget'],
    elsewhere: 'a real server: --only redis, rebuild',
  },
  {
    what: 'clock ± 1 h, stale sample, expired decision',
    rows: ['outdated', 'jumps'],
    elsewhere: 'a real process: --only edge',
  },
  { what: 'people move, stop, lock, delete', rows: ['hands'], elsewhere: 'a real process: --only edge' },
  { what: 'HA accepts, then fails or takes minutes', rows: ['ha'], elsewhere: 'a real process: --only edge' },
  { what: 'guest agent never answers', rows: ['agents'] },
  { what: 'one of two that belong together fares badly', rows: ['pairs', 'ha-pairs'] },
  { what: 'paused or observe', rows: ['still'], elsewhere: 'real processes: --only still' },
  {
    what: 'poison, unknown type or version',
    rows: ['poison'],
    elsewhere: 'beside another cluster: --only poison',
  },
  {
    what: 'disk full, writes refused, Proxmox slow',
    rows: ['away'],
    elsewhere: 'real servers: --only refusals, outages',
  },
  { what: 'secrets planted in every input', rows: [], elsewhere: 'real processes: --only secrets' },
  { what: 'fuzz', rows: ['garbled'], elsewhere: '100,000 answers and 100,000 events: --only fuzz' },
  { what: 'random faults of all kinds', rows: ['all'], elsewhere: '24 h at 3,000 guests, every service: --only soak' },
];

const cells = (what: string, done: string, required: string, violations: string, beside: string): string =>
  [what.padEnd(64), done.padStart(6), required.padStart(8), violations.padStart(10), beside].join('  ').trimEnd();

/** What was done of each line of what is promised, how much is required, and how often a promise was broken. */
export function tellTable(ran: readonly Ran[]): string {
  const told = lines.flatMap(({ what, rows: names, elsewhere = '' }) => {
    const own = ran.filter(({ row }) => names.includes(row.name));
    if (own.length === 0) return [cells(what, '-', '-', '-', elsewhere)];
    return own.map(({ row, wanted, done, broken, fewest, seconds, trials }, i) =>
      cells(
        row.what,
        String(done),
        String(row.required),
        String(broken.length),
        [done < wanted ? 'NOT DONE' : '', `${trials} trials, ${seconds} s`, fewest, i === 0 ? elsewhere : '']
          .filter(Boolean)
          .join('; '),
      ),
    );
  });
  return [cells('what', 'done', 'required', 'violations', ''), ...told].join('\n');
}

/** Every row has its line. */
export const linelessRows = (): string[] =>
  rows.map(({ name }) => name).filter((name) => !lines.some((line) => line.rows.includes(name)));
