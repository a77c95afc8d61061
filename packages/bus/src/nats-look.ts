import { JetStreamApiCodes, JetStreamApiError, type StreamInfo } from '@nats-io/jetstream';
import type { NatsLook, StreamLook } from './inspect-nats.ts';
import { takersOf } from './nats-consume.ts';
import { createNatsLedger, ledgerStream } from './nats-ledger.ts';
import { lastStored } from './nats-read.ts';
import { type WantedStream, wantedStreams } from './nats-streams.ts';
import { connectWire, type NatsOptions, type Wire } from './nats-wire.ts';
import type { Bus, Ledger } from './port.ts';

/** Reads what the server says of itself and of Evenkeel's streams. */
export async function lookAtNats(options: NatsOptions): Promise<NatsLook> {
  const wire = await connectWire(options);
  try {
    const streams: StreamLook[] = [];
    let clock_ahead_ms: number | null = null;
    for (const wanted of wantedStreams(options)) {
      const asked = Date.now();
      const info = await infoOf(wire, wanted.name);
      if (info?.ts) clock_ahead_ms = Math.round(Date.parse(info.ts) - (asked + Date.now()) / 2);
      streams.push(lookAtStream(wanted, info));
    }
    const { version = 'unknown', connect_urls = [] } = wire.nc.info ?? {};
    return { version, servers: Math.max(1, connect_urls.length), streams, clock_ahead_ms };
  } finally {
    await wire.nc.close();
  }
}

/** Reads in the ledger where there is one. */
export async function lookAtLedger<T>(
  options: NatsOptions,
  read: (ledger: Pick<Ledger, 'get'>) => Promise<T>,
): Promise<T | null> {
  const wire = await connectWire(options);
  try {
    return (await infoOf(wire, ledgerStream.name)) && (await read(createNatsLedger(wire)));
  } finally {
    await wire.nc.close();
  }
}

/** Reads what was said last and who takes what, where there is anything. */
export async function lookAtBus<T>(
  options: NatsOptions,
  read: (bus: Pick<Bus, 'last' | 'takers'>) => Promise<T>,
): Promise<T | null> {
  const wire = await connectWire(options);
  try {
    if (!(await infoOf(wire, ledgerStream.name))) return null;
    return await read({
      last: (stream, subject) => lastStored(wire, stream, subject),
      takers: (consumer) => takersOf(wire, consumer),
    });
  } finally {
    await wire.nc.close();
  }
}

async function infoOf({ jsm }: Wire, name: string): Promise<StreamInfo | null> {
  return jsm.streams.info(name).catch((error: Error) => {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  });
}

function lookAtStream(wanted: WantedStream, info: StreamInfo | null): StreamLook {
  const { name } = wanted;
  if (!info) return { name, exists: false, replicas: 0, messages: 0, bytes: 0, differs: [] };
  const { config, state, cluster } = info;
  const found = config as unknown as Record<string, unknown>;
  const differs = Object.entries(wanted).flatMap(([option, value]) => {
    if (option === 'num_replicas' || JSON.stringify(found[option]) === JSON.stringify(value)) return [];
    return [{ option, found: JSON.stringify(found[option]) ?? 'nothing', wanted: JSON.stringify(value) }];
  });
  const lagging = (cluster?.replicas ?? []).filter(({ current, offline }) => !current || offline).map((r) => r.name);
  return {
    name,
    exists: true,
    replicas: config.num_replicas,
    ...(cluster?.replicas && { led: { by: cluster.leader || null, lagging } }),
    messages: state.messages,
    bytes: state.bytes,
    differs,
  };
}
