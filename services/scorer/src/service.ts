import { clusterProfiled, clusterScored, historyBackfilled, nodeHistory } from '@evenkeel/contracts';
import { hourShift } from '@evenkeel/model';
import { defineService } from '@evenkeel/runtime';
import { backfillNode, emptyHistory } from './remember-node.ts';
import { rememberRun, score, timezoneOf } from './score.ts';

export const scorer = defineService({
  name: 'scorer',
  summary: 'Says how loaded each node is, part by part, where its load is going, and whether that is usual.',
  owns: { nodeHistory },
  reads: {},
  publishes: [clusterScored],
})
  .on(historyBackfilled, async ({ data }, { state, config, cluster, now }) => {
    if (data.node_history.length === 0) return [];
    const history = (await state.nodeHistory.get(data.node)) ?? emptyHistory(data.node);
    const shift = hourShift(now, timezoneOf(cluster, config));
    state.nodeHistory.set(backfillNode(history, data.node_history, data.node_maxmem ?? 0, shift), data.node);
    return [];
  })
  .on(clusterProfiled, async ({ data: { sample, profiles } }, { state, config }) => {
    const { scores, convergence, histories } = score(sample, profiles, await state.nodeHistory.all(), config);
    for (const history of histories) state.nodeHistory.set(history, history.node);
    return [clusterScored.of({ sample, profiles, scores, convergence }, sample.at)];
  })
  .remember(clusterProfiled, async ({ data: { sample } }, { state, config }) => {
    for (const history of rememberRun(sample, await state.nodeHistory.all(), config))
      state.nodeHistory.set(history, history.node);
  });
