export { backOff } from './back-off.ts';
export { createMemoryBus, type MemoryBus, type MemoryBusOptions } from './memory-bus.ts';
export * from './port.ts';
export { subjectFilter, subjectMatches } from './subjects.ts';
export { type Faults, PublishFault, withFaults } from './with-faults.ts';
