import type { Changed, Refused } from './request.ts';

/** What came of asking one cluster: what holds there now, null where nobody has answered yet, why it was refused, or why it could not be asked. */
export type Reply =
  | { cluster: string; changed: Changed | null }
  | { cluster: string; refused: string }
  | { cluster: string; failed: string };

/** Asks every cluster at once, whatever becomes of the others; replies in the order of the clusters. */
export async function askAll(
  clusters: readonly string[],
  ask: (cluster: string) => Promise<Changed | Refused | null>,
): Promise<Reply[]> {
  const replies = await Promise.allSettled(clusters.map(async (cluster) => ask(cluster)));
  return replies.map((reply, i) => {
    const cluster = clusters[i] as string;
    if (reply.status === 'fulfilled') return replyOf(cluster, reply.value);
    const { reason } = reply;
    return { cluster, failed: reason instanceof Error ? reason.message : String(reason) };
  });
}

/** What somebody asked of one cluster, as it was answered. */
export const replyOf = (cluster: string, answer: Changed | Refused | null): Reply =>
  answer && 'reason' in answer ? { cluster, refused: answer.reason } : { cluster, changed: answer };

/** Of several clusters of which not all did it: which did and which did not; null where there is nothing to tell apart. */
export function sumUp(replies: readonly Reply[]): string | null {
  const names = (wanted: (reply: Reply) => boolean): string =>
    replies
      .filter(wanted)
      .map(({ cluster }) => cluster)
      .join(', ');
  const done = names((reply) => 'changed' in reply && reply.changed !== null);
  const silent = names((reply) => 'changed' in reply && reply.changed === null);
  const refused = names((reply) => 'refused' in reply);
  const failed = names((reply) => 'failed' in reply);
  if (replies.length < 2 || silent + refused + failed === '') return null;
  return [
    `done in ${done || 'none'}`,
    ...(silent ? [`no answer yet from ${silent}`] : []),
    ...(refused ? [`refused in ${refused}`] : []),
    ...(failed ? [`could not be asked: ${failed}`] : []),
  ].join('; ');
}
