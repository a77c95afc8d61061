import type { ClusterSample, Config, WatchedMigration } from '@evenkeel/contracts';
import { millis, minutes } from '@evenkeel/model';
import { surveyOf } from './survey.ts';

export type Whereabouts =
  /** It runs on its target, and both nodes can be seen. */
  | { is: 'there' }
  /** This sample does not say. */
  | { is: 'unclear'; reason: string }
  /** There is nothing more to watch. */
  | { is: 'over'; reason: string };

/** A look may still show the place before the move, or a container that starts again. */
const lag = minutes(1);

/** Whether a guest still runs where its migration put it. */
export function whereabouts(watched: WatchedMigration, sample: ClusterSample, reserves?: Config['nodes']): Whereabouts {
  const { source_node, target_node } = watched;
  const { nodes, guests, whole } = surveyOf(sample, reserves);
  const off = [source_node, target_node].find((n) => nodes.get(n)?.node.status !== 'online');
  const guest = guests.get(watched.guest);
  if (!guest) {
    const trust = off === undefined && whole;
    return trust ? over(`${watched.guest} is gone`) : { is: 'unclear', reason: `${watched.guest} could not be seen` };
  }
  if (guest.identity !== watched.identity) return over(`${watched.guest} is another guest now`);
  const early = millis(sample.at) - millis(watched.completed_at) < lag;
  if (guest.node !== target_node && early) return { is: 'unclear', reason: `${watched.guest} was just moved` };
  if (guest.node !== target_node)
    return over(`moved again to ${guest.node} by ${watched.leaving_by ?? 'somebody else'}`);
  if (off) return { is: 'unclear', reason: `${off} is not online` };
  if (guest.status === 'unknown') return { is: 'unclear', reason: `${watched.guest} could not be seen` };
  if (guest.status === 'stopped' && early) return { is: 'unclear', reason: `${watched.guest} was just moved` };
  return guest.status === 'stopped' ? over(`${watched.guest} is stopped`) : { is: 'there' };
}

const over = (reason: string): Whereabouts => ({ is: 'over', reason });
