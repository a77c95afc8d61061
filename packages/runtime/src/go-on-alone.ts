import { contextOf } from './ask-handler.ts';
import type { Bench } from './bench.ts';
import { clusterTime } from './cluster-time.ts';
import { createTrouble } from './trouble.ts';

/** Does what a service does while the store does not answer, under the configuration of now; what goes wrong is told and never thrown. */
export function createGoOnAlone(bench: Bench): () => Promise<void> {
  const { ground, service, cluster, log } = bench;
  const trouble = createTrouble(log, {
    failed: 'without the store nothing goes on here',
    over: 'without the store it goes on again',
  });
  return async () => {
    if (!service.meanwhile) return;
    const { revision } = ground.configs.current();
    const cause = `meanwhile/${ground.instance}`;
    const span = ground.tracing.start({
      name: `meanwhile ${service.name}`,
      kind: 'internal',
      attributes: { 'evenkeel.cluster': cluster },
    });
    try {
      const now = await clusterTime(ground);
      const context = contextOf(bench, { now, revision, trace: span.traceparent, cause });
      await service.meanwhile({ ...context, config: context.current_config } as never);
      trouble.over();
      span.end();
    } catch (error) {
      trouble.failed(error);
      span.end(error);
    }
  };
}
