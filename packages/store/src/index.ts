export { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export * from './port.ts';
