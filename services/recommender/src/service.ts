import {
  clusterScored,
  historyBackfilled,
  migrationCompleted,
  outcomeRecorded,
  recommendationsGenerated,
  recommenderMemory,
} from '@evenkeel/contracts';
import { defineService } from '@evenkeel/runtime';
import { recommend } from './recommend.ts';
import { emptyMemory, rememberMigration, rememberOutcome, rememberPast, rememberRun } from './remember.ts';

export const recommender = defineService({
  name: 'recommender',
  summary:
    'Finds the moves that are worth making, and says for each what it brings, what it costs and how sure that is.',
  owns: { recommenderMemory },
  reads: {},
  publishes: [recommendationsGenerated],
})
  .on(clusterScored, async ({ data }, { state, config }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    const generated = recommend({ ...data, config, memory });
    state.recommenderMemory.set(rememberRun(memory, generated.recommendations));
    return [recommendationsGenerated.of(generated, data.sample.at)];
  })
  .on(outcomeRecorded, async ({ data: { outcome } }, { state }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    state.recommenderMemory.set(rememberOutcome(memory, outcome));
    return [];
  })
  .on(migrationCompleted, async ({ data: { migration, transfer, completed_at } }, { state }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    state.recommenderMemory.set(rememberMigration(memory, migration, transfer, completed_at));
    return [];
  })
  .on(historyBackfilled, async ({ data: { migrations } }, { state }) => {
    if (migrations.length === 0) return [];
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    state.recommenderMemory.set(rememberPast(memory, migrations));
    return [];
  });
