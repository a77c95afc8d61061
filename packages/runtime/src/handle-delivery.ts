import type { Delivery } from '@evenkeel/bus';
import type { Work } from './ask-handler.ts';
import type { Bench } from './bench.ts';
import { clusterTime } from './cluster-time.ts';
import { flush } from './outbox.ts';
import { createReadWork } from './read-work.ts';

export type Handled = 'done' | 'repeated' | 'conflict';

export type Handle = (delivery: Delivery) => Promise<Handled>;

const conflictsBeforeRetry = 10;

/** Handles an event once, whatever other replicas do and however often it comes; throws what is to be tried again or laid aside. */
export function createHandle(bench: Bench, decide: (work: Work) => Promise<boolean>): Handle {
  const { ground, scope } = bench;
  const readWork = createReadWork(bench);

  const insist = async (id: string, work: Work): Promise<Handled> => {
    for (let n = 0; n < conflictsBeforeRetry; n++) {
      if (await decide(work)) return 'done';
      if (!(await ground.store.handled(scope, id))) continue;
      await flush(bench);
      return 'conflict';
    }
    throw new Error('lost every race for a commit');
  };

  return async (delivery) => {
    const { id } = delivery.event;
    await flush(bench);
    if (await ground.store.handled(scope, id)) return 'repeated';
    await clusterTime(ground);
    const { work, span } = readWork(delivery);
    try {
      const handled = await insist(id, { ...work, trace: span.traceparent });
      span.end();
      return handled;
    } catch (error) {
      span.end(error);
      throw error;
    }
  };
}
