import type { NatsOptions } from './nats-wire.ts';
import type { Bus, Ledger } from './port.ts';

export type StreamLook = {
  name: string;
  /** False where no service has made it yet. */
  exists: boolean;
  replicas: number;
  /** Name of the server that leads it, and of those that lag behind or are away; absent on a server that stands alone. */
  led?: { by: string | null; lagging: string[] };
  messages: number;
  bytes: number;
  /** Options that are not as Evenkeel sets them: what is there, what should be. */
  differs: { option: string; found: string; wanted: string }[];
};

export type NatsLook = {
  version: string;
  /** Servers in its cluster, as far as it tells; 1 where it stands alone. */
  servers: number;
  streams: StreamLook[];
  /** Its clock less this machine's, milliseconds; null where no stream could be asked. */
  clock_ahead_ms: number | null;
};

/** Looks at a NATS without changing anything; its client is loaded only by those that look. Throws as `connectNats` does. */
export async function inspectNats(options: NatsOptions): Promise<NatsLook> {
  const { lookAtNats } = await import('./nats-look.ts');
  return lookAtNats(options);
}

/** Reads in the ledger without changing anything; null where no service has made it yet. Throws as `connectNats` does. */
export async function inspectLedger<T>(
  options: NatsOptions,
  read: (ledger: Pick<Ledger, 'get'>) => Promise<T>,
): Promise<T | null> {
  const { lookAtLedger } = await import('./nats-look.ts');
  return lookAtLedger(options, read);
}

/** Reads what was said last and who takes what, without changing anything; null where no service has ever run. Throws as `connectNats` does. */
export async function inspectBus<T>(
  options: NatsOptions,
  read: (bus: Pick<Bus, 'last' | 'takers'>) => Promise<T>,
): Promise<T | null> {
  const { lookAtBus } = await import('./nats-look.ts');
  return lookAtBus(options, read);
}
