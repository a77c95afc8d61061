import { z } from 'zod';
import type { Clock } from './clock.ts';
import { type Fault, faultSchema } from './fault.ts';
import { lacking, namedNodes, problemsOf } from './problems.ts';
import type { Simulator } from './simulator.ts';

export type ControlRequest = { method: string; path: string; body: string; loopback: boolean };
export type ControlAnswer = { status: number; data: unknown };

const clockChange = z.strictObject({
  speed: z.number().min(0).max(300).optional(),
  /** Seconds of the cluster to let pass at once. */
  skip_s: z.number().min(0).max(31_536_000).optional(),
});

const readJson = <T>(schema: z.ZodType<T>, body: string): { value: T } | { problems: string[] } => {
  let json: unknown;
  try {
    json = JSON.parse(body === '' ? '{}' : body);
  } catch {
    return { problems: ['the body is not JSON'] };
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? { value: parsed.data } : { problems: problemsOf(parsed.error) };
};

const clockOf = (simulator: Simulator, clock: Clock) => ({
  now: clock.tick(),
  speed: clock.speed(),
  cluster: simulator.name,
});

const changeClock = (simulator: Simulator, clock: Clock, body: string): ControlAnswer => {
  const read = readJson(clockChange, body);
  if ('problems' in read) return { status: 400, data: read };
  if (read.value.speed !== undefined) clock.setSpeed(read.value.speed);
  if (read.value.skip_s !== undefined) clock.skip(read.value.skip_s * 1000);
  return { status: 200, data: clockOf(simulator, clock) };
};

const faultRows = (simulator: Simulator): unknown[] =>
  simulator.faults.list().map(({ id, fault, from, to, left }) => ({
    id,
    ...fault,
    from,
    ...(Number.isFinite(to) ? { to } : {}),
    ...(Number.isFinite(left) ? { left } : {}),
  }));

const addFault = (simulator: Simulator, body: string): ControlAnswer => {
  const read = readJson(faultSchema, body);
  if ('problems' in read) return { status: 400, data: read };
  const wrong = problemOf(simulator, read.value);
  return wrong
    ? { status: 400, data: { problems: [wrong] } }
    : { status: 200, data: { id: simulator.faults.add(read.value) } };
};

const problemOf = (simulator: Simulator, fault: Fault): string | undefined => {
  const known = simulator.description.nodes.map((node) => node.name);
  const unknown = namedNodes(fault).find((node) => !known.includes(node));
  if (unknown !== undefined) return `there is no node ${unknown}`;
  return lacking(fault);
};

const removeFault = (simulator: Simulator, id: string): ControlAnswer => {
  const found = simulator.faults.remove(Number(id));
  return { status: found ? 200 : 404, data: { removed: found } };
};

/** The simulator's own calls under `/simulator`, which no Proxmox has; all but the clock from this machine only. */
export const control = (simulator: Simulator, clock: Clock, request: ControlRequest): ControlAnswer => {
  const call = `${request.method} ${request.path}`;
  if (call === 'GET /simulator/clock') return { status: 200, data: clockOf(simulator, clock) };
  if (!request.loopback) return { status: 403, data: { problems: ['only from the machine that it runs on'] } };
  if (call === 'POST /simulator/clock') return changeClock(simulator, clock, request.body);
  if (call === 'GET /simulator/state') return { status: 200, data: simulator.inspect() };
  if (call === 'GET /simulator/faults') return { status: 200, data: faultRows(simulator) };
  if (call === 'POST /simulator/faults') return addFault(simulator, request.body);
  if (call === 'DELETE /simulator/faults') {
    simulator.faults.clear();
    return { status: 200, data: { removed: true } };
  }
  const one = /^DELETE \/simulator\/faults\/(\d+)$/.exec(call)?.[1];
  return one ? removeFault(simulator, one) : { status: 404, data: { problems: [`there is no ${call}`] } };
};
