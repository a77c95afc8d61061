export { backOff } from './back-off.ts';
export { type Decoded, decodeEvent, encodeEvent, type WireMessage } from './cloud-events.ts';
export { createMemoryBus, type MemoryBus, type MemoryBusOptions } from './memory-bus.ts';
export { connectNats } from './nats-bus.ts';
export type { NatsOptions } from './nats-wire.ts';
export * from './port.ts';
export { seeded } from './seeded.ts';
export { subjectFilter, subjectMatches } from './subjects.ts';
export { type Faults, PublishFault, withFaults } from './with-faults.ts';
