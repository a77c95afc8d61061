import { explainScaling } from '@evenkeel/all-in-one/explain-scaling';
import { scaleDecision, scalingDecisions } from '@evenkeel/recommender/scaling';
import { busy, exampleCluster, idle } from './example-cluster.ts';

const cluster = exampleCluster([busy(101, 'web-1'), idle(102, 'archive'), idle(103, 'measured-elsewhere')]);

console.log('What is advised for guests that Evenkeel has watched:\n');
for (const vmid of [101, 102])
  console.log(explainScaling(cluster.sample, vmid, scalingDecisions(String(vmid), undefined, cluster) ?? []));

console.log('The older call, with figures that something else has measured:\n');
const metrics = { cpu: { current: 0.7, average: 0.62, peak: 0.84 } };
console.log(`scale_decision('103', ${JSON.stringify(metrics)})\n`);
console.log(JSON.stringify(scaleDecision('103', metrics, cluster), null, 2));
