import { type StreamClass, streams } from '@evenkeel/contracts';
import { DiscardPolicy, JetStreamApiCodes, JetStreamApiError, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { ledgerStream } from './nats-ledger.ts';
import { isForbidden, type NatsOptions, type Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';

/** Publishing an id again within this time adds nothing. */
const duplicate_window_ms = 120_000;

/** What the server answers where it has too few peers for so many copies, and where it has no peers at all. */
const noPeers = 10_005;
const replicasNotSupported = 10_074;

/**
 * Makes the streams and the bucket that are missing, and brings those that differ up to date; where this user may not, it waits for
 * one that may, and takes those that stand as they are.
 */
export async function ensureStreams(wire: Wire, options: NatsOptions): Promise<void> {
  for (const wanted of wantedStreams(options)) {
    const setUp = () => ensureStream(wire, wanted).catch(giveUpWhereHopeless);
    await withPatience(wire, `setting up ${wanted.name}`, setUp).catch((error: Error) => {
      throw new Error(`stream ${wanted.name} cannot be set up: ${error.message}`);
    });
  }
}

/** A server that stands alone will never keep several copies; one of several may still have to find the others. */
function giveUpWhereHopeless(error: Error): never {
  const code = error instanceof JetStreamApiError ? error.code : 0;
  if (code !== noPeers && code !== replicasNotSupported) throw error;
  throw Object.assign(new Error(error.message), code === replicasNotSupported ? { name: 'InvalidArgumentError' } : {});
}

export type WantedStream = ReturnType<typeof wantedStreams>[number];

/** Every stream as Evenkeel sets it up, the ledger among them. */
export function wantedStreams({ replicas = 1, telemetry_max_bytes = 2 * 1_073_741_824 }: NatsOptions) {
  const common = {
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    duplicate_window: nanos(duplicate_window_ms),
  };
  const classes = (Object.keys(streams) as StreamClass[]).map((name) => ({
    ...common,
    name: streams[name].name as string,
    subjects: [...streams[name].subjects] as string[],
    discard: DiscardPolicy.Old as DiscardPolicy,
    max_age: nanos(streams[name].max_age_seconds * 1_000),
    max_bytes: name === 'telemetry' ? telemetry_max_bytes : -1,
  }));
  return [...classes, { ...common, ...ledgerStream }];
}

async function ensureStream({ jsm }: Wire, wanted: WantedStream): Promise<void> {
  const standing = await jsm.streams.info(wanted.name).catch((error: Error) => {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  });
  try {
    const kept = withReplicas(wanted, standing?.config.num_replicas ?? 1);
    if (!standing) await jsm.streams.add(wanted);
    else if (differs(standing.config, kept)) await jsm.streams.update(wanted.name, kept);
  } catch (error) {
    const made = await jsm.streams.info(wanted.name).catch(() => null);
    if (made && !differs(made.config, withReplicas(wanted, made.config.num_replicas))) return;
    if (!isForbidden(error as Error)) throw error;
    if (!made) throw new Error('it is not there, and this user may not make it: waiting for the service that may');
  }
}

/** More copies than are asked for, which an administrator has made, stay. */
const withReplicas = (wanted: WantedStream, standing: number): WantedStream => ({
  ...wanted,
  num_replicas: Math.max(wanted.num_replicas, standing),
});

function differs(standing: object, wanted: WantedStream): boolean {
  const now = standing as Record<string, unknown>;
  return Object.entries(wanted).some(([name, value]) => JSON.stringify(now[name]) !== JSON.stringify(value));
}
