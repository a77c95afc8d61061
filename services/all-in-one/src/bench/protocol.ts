import { z } from 'zod';

/** The lines of the line protocol that the balancer is sent; fields that it does not use are left out. */
export const InitLine = z.object({
  type: z.literal('init'),
  protocol: z.literal(1),
  intervalSeconds: z.number().positive(),
  startTime: z.number(),
  limits: z.object({ maxConcurrentMigrations: z.number().int().positive(), hostMemoryReserveBytes: z.number().min(0) }),
  migration: z.object({ linkBytesPerSecond: z.number().positive() }),
  nodes: z.array(z.object({ node: z.string(), maxcpu: z.number(), maxmem: z.number() })),
});

const BenchNode = z.object({
  node: z.string(),
  status: z.string(),
  cpu: z.number(),
  maxcpu: z.number(),
  mem: z.number(),
  maxmem: z.number(),
  uptime: z.number(),
  pressurecpusome: z.number(),
});

const BenchGuest = z.object({
  vmid: z.number().int(),
  type: z.enum(['qemu', 'lxc']),
  name: z.string(),
  node: z.string(),
  status: z.string(),
  cpu: z.number(),
  maxcpu: z.number(),
  mem: z.number(),
  maxmem: z.number(),
  maxdisk: z.number(),
  uptime: z.number(),
  tags: z.string(),
});

export const StepLine = z.object({
  type: z.literal('step'),
  step: z.number().int(),
  time: z.number(),
  act: z.boolean(),
  nodes: z.array(BenchNode),
  guests: z.array(BenchGuest),
  migrations: z.array(z.object({ vmid: z.number().int(), source: z.string(), target: z.string() })),
  results: z.array(
    z.object({
      vmid: z.number().int(),
      source: z.string().optional(),
      target: z.string().optional(),
      status: z.enum(['done', 'rejected', 'dropped']),
      seconds: z.number().optional(),
      reason: z.string().optional(),
    }),
  ),
});

export const Line = z.discriminatedUnion('type', [InitLine, StepLine]);
export type InitLine = z.output<typeof InitLine>;
export type StepLine = z.output<typeof StepLine>;
export type Move = { vmid: number; target: string };
export type Line = z.output<typeof Line>;
