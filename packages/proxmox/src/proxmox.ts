import { setTimeout as wait } from 'node:timers/promises';
import { type Call, createCaller } from './call.ts';
import { createClusterClock, type Machine } from './clock.ts';
import type { Proxmox, ProxmoxError } from './port.ts';
import { createReader, type EdgeLog } from './read-answer.ts';
import { readCalls } from './read-calls.ts';
import type { Transport } from './transport.ts';
import { writeCalls } from './write-calls.ts';

export type ProxmoxOptions = {
  transport: Transport;
  /** `USER@REALM!TOKENID=UUID`; never repeated in a message. */
  token: string;
  log?: EdgeLog;
  /** True for everybody but the executor: writes throw without being sent. */
  readOnly?: boolean;
  /** Asked right before each write: null, or why it must not happen. Nothing lies between its answer and the sending. */
  mayWrite?: () => string | null | Promise<string | null>;
  /** Hears what became of each call that was sent: null, or its error. */
  heard?: (error: ProxmoxError | null) => void;
  /** Machine milliseconds for one answer; 15,000 unless told. */
  timeout_ms?: number;
  /** Machine milliseconds between the wish to write and the sending; 5,000 unless told. */
  freshest_ms?: number;
  machine?: Partial<Machine>;
};

const realMachine: Machine = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => wait(ms),
};

/** The client of one cluster. */
export function createProxmox(options: ProxmoxOptions): Proxmox {
  const machine = { ...realMachine, ...options.machine };
  const clock = createClusterClock(machine);
  const call: (call: Call) => Promise<unknown> = createCaller({
    transport: options.transport,
    token: options.token,
    machine,
    timeout_ms: options.timeout_ms ?? 15_000,
    freshest_ms: options.freshest_ms ?? 5_000,
    observe: clock.observe,
    heard: options.heard,
    mayWrite: () => (options.readOnly ? 'this client is for reading only' : (options.mayWrite?.() ?? null)),
  });
  return {
    user: options.token.split(/[!=]/)[0] ?? '',
    clock: clock.read,
    ...readCalls(createReader(call, options.log)),
    ...writeCalls(call),
    close: options.transport.close,
  };
}
