import type { MemoryBus, MemoryBusOptions } from '@evenkeel/bus';
import { defineEvent, type Said } from '@evenkeel/contracts';
import { z } from 'zod';
import { envelope } from '../envelope.ts';

export const cluster = 'homelab';
export const time = '2026-01-01T00:00:00.000Z';

/** An event that says a number. */
export const ofNumber = (name: string, stream: 'telemetry' | 'decisions') =>
  defineEvent({
    name,
    version: 1,
    stream,
    summary: 'A number was said.',
    data: z.object({ n: z.int() }),
    key: () => cluster,
    id: ({ n }) => String(n),
    budget_bytes: 1024,
  });
export const counted = ofNumber('number.counted', 'telemetry');

/** A bus that waits for nothing but what is due, and keeps all that was said. */
export const busOptions: MemoryBusOptions = {
  wait: () => new Promise((resolve) => setImmediate(resolve)),
  encode: true,
  limits: { telemetry: { per_subject: 1000 } },
};

/** Publishes a number, however often the bus refuses it. */
export async function say(bus: MemoryBus, event: typeof counted, said: Said): Promise<void> {
  const outgoing = envelope(event, said, { service: 'test', cluster, trace: '00-a-b-01', config_revision: undefined });
  for (;;) {
    try {
      return void (await bus.publish(outgoing));
    } catch {}
  }
}
