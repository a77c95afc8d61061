import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClusterConfig } from '@evenkeel/contracts';
import type { Right } from './cluster-watch.ts';
import type { Settings } from './settings.ts';
import { codeOf, unreadable } from './unreadable.ts';

/** All that a client of the cluster stands on, as one key that tells nothing: another key, another client. Throws where a file cannot be read. */
export function reachOf(cluster: ClusterConfig, right: Right, settings: Settings): string {
  const { hosts, fingerprints } = cluster;
  const write = right === 'write' ? tokenOf(cluster, 'write', settings) : undefined;
  const token = write ?? tokenOf(cluster, 'read', settings);
  if (!token) throw new Error(missingToken(cluster, right));
  return createHash('sha256')
    .update(JSON.stringify([hosts, fingerprints, readCa(cluster, settings), token, write !== undefined]))
    .digest('hex');
}

/** The authority that signs its certificates (PEM), where one is named. */
export function readCa({ name, ca_file }: ClusterConfig, { pve }: Settings): string | undefined {
  if (ca_file === undefined) return undefined;
  const isOfEnvironment = pve.cluster === name && pve.ca_file === ca_file;
  return readNamed(ca_file, isOfEnvironment ? 'EVENKEEL_PVE_CA_FILE' : `ca_file of cluster ${name}`);
}

function readNamed(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${what}: cannot read ${file} (${codeOf(error)})`);
  }
}

function readTokenFile(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(unreadable(what, error));
  }
}

/** Throws where it is no token; never says what it is. */
export function tokenOf(cluster: ClusterConfig, right: Right, { pve }: Settings): string | undefined {
  const own = cluster.name === pve.cluster;
  const variable = `EVENKEEL_PVE_${right.toUpperCase()}_TOKEN`;
  const listed = cluster[`${right}_token_file`];
  const file = listed ?? (own ? pve[`${right}_token_file`] : undefined);
  const where = listed ? `${right}_token_file of cluster ${cluster.name}` : file ? `${variable}_FILE` : variable;
  const token = file ? readTokenFile(file, where) : own ? pve[`${right}_token`] : undefined;
  if (token !== undefined && !isToken(token))
    throw new Error(`${where}${file ? ` (${file})` : ''}: not a token as USER@REALM!TOKENID=UUID`);
  return token;
}

const isToken = (text: string): boolean => /^[^\s@!=]+@[^\s@!=]+![^\s@!=]+=\S+$/.test(text);

/** What to do about it. */
export const missingToken = ({ name }: ClusterConfig, right: Right): string =>
  `cluster ${name} has no ${right} token: set its ${right}_token_file, or EVENKEEL_PVE_${right.toUpperCase()}_TOKEN(_FILE) with EVENKEEL_PVE_CLUSTER=${name}`;

/** Whether none is named; one that cannot be read is another matter. */
export function lacksToken(cluster: ClusterConfig, right: Right, settings: Settings): boolean {
  try {
    return tokenOf(cluster, right, settings) === undefined;
  } catch {
    return false;
  }
}
