import { type Bus, NoEvent } from '@evenkeel/bus';
import { type AnyEvent, type DataOf, filterOf } from '@evenkeel/contracts';

/** What the last event of a kind said; `unreadable` where something else stands in its place. */
export type LastReadable<E extends AnyEvent> = { data: DataOf<E>; stored_at: number } | 'unreadable' | null;

/** The last event of a kind in a cluster, or of one subject of it; never fails for what others may have published there. */
export async function lastReadable<E extends AnyEvent>(
  bus: Pick<Bus, 'last'>,
  event: E,
  cluster: string,
  subject: string = filterOf(event, cluster),
): Promise<LastReadable<E>> {
  try {
    const found = await bus.last(event.stream, subject);
    if (!found) return null;
    const parsed = event.data.safeParse(found.event.data);
    return parsed.success ? { data: parsed.data as DataOf<E>, stored_at: found.stored_at } : 'unreadable';
  } catch (error) {
    if (error instanceof NoEvent) return 'unreadable';
    throw error;
  }
}
