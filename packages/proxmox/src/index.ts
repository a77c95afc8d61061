export { bridgesOf } from './bridges-of.ts';
export type { Machine } from './clock.ts';
export { constraintsOf, type Mappings } from './constraints-of.ts';
export { isTaskOk, parseUpid } from './decode/tasks.ts';
export {
  type DirectAnswer,
  type DirectHandle,
  type DirectRequest,
  directTransport,
} from './direct-transport.ts';
export { isReplica, keepsGuestDisks } from './guest-disks.ts';
export { guestOfSid } from './guest-of-sid.ts';
export { haRules } from './ha-rules.ts';
export { type HttpsTransportOptions, httpsTransport } from './https-transport.ts';
export { identityOf, isSameGuest, marksOf, otherThan, unreadIdentity } from './identity.ts';
export { type HostCertificate, type HostLook, inspectHost } from './inspect-host.ts';
export { type MigrationLog, parseMigrationLog } from './migration-log.ts';
export * from './port.ts';
export { type Processor, processorOf } from './processor-of.ts';
export { cpuTypeOf, type GuestConfig, properties, sizeOf } from './properties.ts';
export { createProxmox, type ProxmoxOptions } from './proxmox.ts';
export { storagesOf } from './storages-of.ts';
export { type ApiAnswer, type ApiRequest, type Transport, TransportFailure } from './transport.ts';
