import { z } from 'zod';

export const share = z.number().min(0).max(1);

export const word = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, 'letters, digits, _ . + and -');

/** What a guest wants of its vCPUs over time: `level` is a share of them. */
export const loadSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), level: share.default(0.2) }),
  z.strictObject({ kind: z.literal('steady'), level: share.default(0.2), noise: share.default(0.08) }),
  z.strictObject({
    kind: z.literal('bursty'),
    level: share.default(0.1),
    peak: share.default(0.9),
    probability: share.default(0.2),
    burst_minutes: z.number().positive().default(10),
    noise: share.default(0.1),
  }),
  z.strictObject({
    kind: z.literal('growing'),
    level: share.default(0.2),
    growth_per_day: z.number().default(0.1),
    max: share.default(1),
    noise: share.default(0.08),
  }),
  z.strictObject({
    kind: z.literal('cyclical'),
    level: share.default(0.3),
    amplitude: share.default(0.7),
    peak_hour: z.number().min(0).max(24).default(14),
    period_hours: z.number().positive().default(24),
    weekend: share.default(0.4),
    noise: share.default(0.08),
  }),
  z.strictObject({
    kind: z.literal('trace'),
    trace: z.string(),
    row: z.string(),
    scale: z.number().positive().default(1),
    shift_minutes: z.number().default(0),
  }),
]);

const memoryUseSchema = z.strictObject({
  level: share.default(0.6),
  drift: share.default(0.03),
  growth_per_day: z.number().default(0),
});

const diskSchema = z.strictObject({ storage: z.string(), size_gib: z.number().positive().default(32) });

const haSchema = z.strictObject({
  state: z.enum(['started', 'stopped', 'enabled', 'disabled', 'ignored']).default('started'),
  group: word.optional(),
  max_restart: z.int().default(1),
  max_relocate: z.int().default(1),
  failback: z.boolean().default(true),
  auto_rebalance: z.boolean().default(true),
  comment: z.string().optional(),
});

export const guestSchema = z.strictObject({
  vmid: z.int().min(100).max(999_999_999),
  name: z.string().min(1),
  type: z.enum(['qemu', 'lxc']).default('qemu'),
  vcpus: z.int().min(1).default(2),
  memory_gib: z.number().positive().default(4),
  disks: z.array(diskSchema).optional(),
  node: z.string(),
  status: z.enum(['running', 'stopped', 'paused']).default('running'),
  template: z.boolean().default(false),
  tags: z.array(word).default([]),
  pool: word.optional(),
  lock: z.string().optional(),
  ha: haSchema.optional(),
  load: loadSchema.default({ kind: 'steady', level: 0.2, noise: 0.08 }),
  memory: memoryUseSchema.default({ level: 0.6, drift: 0.03, growth_per_day: 0 }),
  /** MiB of memory that it dirties a second; derived from its CPU use where absent. */
  dirty_mib_s: z.number().min(0).optional(),
  /** Share of the memory in use that is written again and again. */
  working_set: share.default(0.15),
  /** Further lines of its configuration, such as `hostpci0`. */
  config: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});

export type Load = z.output<typeof loadSchema>;

export type GuestDescription = z.output<typeof guestSchema>;
