export { type FoundServers, findServers, type ServerBinary } from './find-servers.ts';
export type { RunningServer } from './running-server.ts';
export { startNats } from './start-nats.ts';
export { type Member, type NatsCluster, startNatsCluster } from './start-nats-cluster.ts';
export { startRedis } from './start-redis.ts';
