import type { ApiAnswer, ApiRequest } from './transport.ts';

const isLost = (row: unknown): boolean =>
  typeof row === 'object' &&
  row !== null &&
  'type' in row &&
  row.type === 'cluster' &&
  'quorate' in row &&
  Number(row.quorate) === 0;

/** Whether the host that gave an answer has quorum; undefined where it does not say. */
export function quorumOf(
  { method, path }: Pick<ApiRequest, 'method' | 'path'>,
  answer: ApiAnswer,
): boolean | undefined {
  if (method !== 'GET' || path !== '/cluster/status' || answer.status !== 200) return undefined;
  try {
    const { data } = JSON.parse(answer.body) as { data?: unknown };
    return Array.isArray(data) ? !data.some(isLost) : undefined;
  } catch {
    return undefined;
  }
}
