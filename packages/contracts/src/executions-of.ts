import { token } from './streams.ts';

/** Prefix under which the ledger keeps the migrations of a cluster that are not over. */
export const executionsOf = (cluster: string): string => `${token(cluster)}.migration`;
