import { z } from 'zod';

const when = {
  /** Seconds from now (in a file: from the start) until it holds. */
  after_s: z.number().min(0).default(0),
  /** Seconds that it holds; for ever where absent. */
  for_s: z.number().positive().optional(),
  /** How often it strikes; without end where absent. */
  times: z.int().positive().optional(),
};
const whom = { ...when, vmid: z.int().optional(), node: z.string().optional(), target: z.string().optional() };

/** What can be made to go wrong; `vmid`, `node` (the source) and `target` say for whom, absent means for all. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** The POST that starts a migration is refused. */
  z.strictObject({
    kind: z.literal('refuse'),
    ...whom,
    status: z.int().min(400).max(599).default(500),
    message: z.string().default('got timeout'),
  }),
  /**
   * The migration starts, but its answer is lost: the proxy gives up after 30 s (596), the connection is cut, nobody says anything
   * for an hour, or the answer names no task.
   */
  z.strictObject({
    kind: z.literal('lost_answer'),
    ...whom,
    how: z.enum(['timeout', 'cut', 'silence', 'empty']).default('timeout'),
    delay_ms: z.number().min(0).default(30_000),
  }),
  /** The migration fails: before the transfer, when `progress` of the memory is sent, or at switch-over. */
  z.strictObject({
    kind: z.literal('fail'),
    ...whom,
    at: z.enum(['start', 'transfer', 'switch_over']).default('transfer'),
    progress: z.number().min(0).max(1).default(0.5),
    message: z.string().optional(),
    /** What was copied of its disks is not cleaned up on the target. */
    leaves_disks: z.boolean().default(false),
  }),
  /** It breaks after the switch-over: the guest runs on the target although the task fails. */
  z.strictObject({ kind: z.literal('fail_after'), ...whom }),
  /** It ends well, but with warnings. */
  z.strictObject({ kind: z.literal('warns'), ...whom }),
  /** The process is killed mid-way: exit `unexpected status`, the lock stays. */
  z.strictObject({ kind: z.literal('killed'), ...whom, progress: z.number().min(0).max(1).default(0.5) }),
  /** The guest writes as fast as the link sends. */
  z.strictObject({ kind: z.literal('never_converge'), ...whom }),
  /** HA takes the request and does nothing with it. */
  z.strictObject({ kind: z.literal('ha_ignores'), ...whom }),
  /** HA takes the request, but its workers are busy for so long: until then the service is in state `migrate`. */
  z.strictObject({ kind: z.literal('ha_delays'), ...whom, delay_s: z.number().min(0).default(150) }),
  /** A person does something to a guest, once, at its beginning; what Proxmox would refuse has no effect. */
  z.strictObject({
    kind: z.literal('by_hand'),
    after_s: when.after_s,
    vmid: z.int(),
    does: z.enum(['move', 'stop', 'start', 'lock', 'unlock', 'rename', 'delete', 'replace']),
    /** Where it is moved to. */
    target: z.string().optional(),
    /** What it is locked with. */
    lock: z.string().default('backup'),
    /** What it is called from then on; of one that is replaced, what the other is called that is made under its vmid. */
    name: z.string().min(1).optional(),
    /** The share of its vCPUs that the other one wants. */
    level: z.number().min(0).max(1).default(0.05),
  }),
  /** The token (all of them where absent) is no longer accepted: 401. */
  z.strictObject({ kind: z.literal('unauthorized'), ...when, token: z.string().optional() }),
  /** A token (all of them where absent) has lost a right on a path, and on what lies below. */
  z.strictObject({
    kind: z.literal('right_withdrawn'),
    ...when,
    token: z.string().optional(),
    privilege: z.string(),
    path: z.string().startsWith('/').default('/'),
  }),
  /** The node that is asked (each where absent) shows a new certificate; whoever is connected is cut off. */
  z.strictObject({ kind: z.literal('new_certificate'), ...when, node: z.string().optional() }),
  /** Somebody has let Proxmox's own balancer move the services of HA (9.2). */
  z.strictObject({ kind: z.literal('crs_on'), ...when }),
  /** The clock of a node (of all where absent) is off: what its tasks say of time. */
  z.strictObject({ kind: z.literal('clock_off'), ...when, node: z.string().optional(), seconds: z.number() }),
  /** The node is gone: offline, its guests stand still, calls to it end in 595 or 596. */
  z.strictObject({
    kind: z.literal('node_down'),
    ...when,
    node: z.string(),
    how: z.enum(['refused', 'hung']).default('refused'),
  }),
  /** The node's statistics daemon hangs: its rows stay as they were and turn unknown after five minutes. */
  z.strictObject({ kind: z.literal('node_silent'), ...when, node: z.string() }),
  z.strictObject({ kind: z.literal('no_quorum'), ...when }),
  /** The guest's configuration is locked, as by a backup. */
  z.strictObject({ kind: z.literal('locked'), ...when, vmid: z.int(), lock: z.string().default('backup') }),
  /** The node is in Proxmox's own maintenance mode. */
  z.strictObject({ kind: z.literal('maintenance'), ...when, node: z.string() }),
  /** The guest wants at least this share of its vCPUs. */
  z.strictObject({ kind: z.literal('surge'), ...when, vmid: z.int(), level: z.number().min(0).max(1).default(0.95) }),
  /**
   * What is measured of a guest (or of a node, of all where both are absent) comes as NaN, as null, not at all, or below zero;
   * or counters begin anew (`reset`), once.
   */
  z.strictObject({
    kind: z.literal('figures'),
    ...when,
    vmid: z.int().optional(),
    node: z.string().optional(),
    how: z.enum(['nan', 'nulls', 'missing', 'negative', 'reset']).default('nan'),
  }),
  /** Answers of paths that begin with `path` take longer. */
  z.strictObject({
    kind: z.literal('slow'),
    ...when,
    path: z.string().default('/'),
    delay_ms: z.number().min(0).default(5000),
  }),
  /** Paths that begin with `path` answer with this error. */
  z.strictObject({
    kind: z.literal('error'),
    ...when,
    path: z.string().default('/'),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
    status: z.int().min(400).max(599).default(500),
    message: z.string().default('got timeout'),
  }),
  /** Connections are cut without an answer: before anything is done, or (`carry_out`) after the work is done. */
  z.strictObject({
    kind: z.literal('cut'),
    ...when,
    path: z.string().default('/'),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
    carry_out: z.boolean().default(false),
  }),
]);

export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];
