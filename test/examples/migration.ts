import { explainScaling } from '@evenkeel/all-in-one/explain-scaling';
import { answerOf, scalingDecisions } from '@evenkeel/recommender/scaling';
import { busy, exampleCluster, idle } from './example-cluster.ts';

const guests = [...Array.from({ length: 8 }, (_, i) => busy(101 + i, `web-${i + 1}`)), idle(109, 'archive')];
const cluster = exampleCluster(guests);
const found = guests.flatMap((guest) => scalingDecisions(guest.guest, undefined, cluster) ?? []);
const migration = found.find(({ scaling_action }) => scaling_action === 'migrate');
if (!migration) throw new Error('no guest is better off elsewhere');

console.log('A full node, and the guest that is better off elsewhere:\n');
console.log(explainScaling(cluster.sample, Number(migration.vm_id), [migration]));
console.log('The same for an executor, every figure computed:\n');
console.log(JSON.stringify(migration, null, 2));
console.log('\nThe same as the older call answers:\n');
console.log(JSON.stringify(answerOf(migration), null, 2));
