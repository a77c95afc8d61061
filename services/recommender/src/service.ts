import {
  clusterScored,
  counterfactualRecorded,
  historyBackfilled,
  migrationCompleted,
  outcomeRecorded,
  recommendationsGenerated,
  recommenderMemory,
  scalingDecided,
  scalingHistory,
} from '@evenkeel/contracts';
import { defineService } from '@evenkeel/runtime';
import { checkForecasts } from './check-forecasts.ts';
import { recommend } from './recommend.ts';
import { emptyMemory, rememberMigration, rememberOutcome, rememberPast, rememberRun } from './remember.ts';
import { rememberHeld } from './remember-held.ts';
import { pastAdvice, rememberAdvice } from './scaling/advice-history.ts';
import { scaleGuests } from './scaling/scale-guests.ts';

export const recommender = defineService({
  name: 'recommender',
  summary:
    'Finds the moves that are worth making, and says for each what it brings, what it costs and how sure that is.',
  owns: { recommenderMemory, scalingHistory },
  reads: {},
  publishes: [recommendationsGenerated, scalingDecided],
})
  .on(clusterScored, async ({ data }, { state, config }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    const generated = recommend({ ...data, config, memory });
    const forecasts = checkForecasts(memory.forecasts, data.sample, data.profiles, config);
    state.recommenderMemory.set({ ...rememberRun(memory, generated.recommendations), forecasts });
    const said = recommendationsGenerated.of(generated, data.sample.at);
    if (!config.scaling_advice.enabled) return [said];
    const { told, changed } = scaleGuests({ ...data, config, memory, generated }, await state.scalingHistory.all());
    for (const [guest, history] of changed)
      if (history) state.scalingHistory.set(history, guest);
      else state.scalingHistory.remove(guest);
    return [said, ...told.map((advice) => scalingDecided.of(advice, data.sample.at))];
  })
  .remember(clusterScored, async ({ data: { sample, profiles } }, { state, config }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    const forecasts = checkForecasts(memory.forecasts, sample, profiles, config);
    if (forecasts !== memory.forecasts) state.recommenderMemory.set({ ...memory, forecasts });
    if (!config.scaling_advice.enabled) return;
    for (const guest of pastAdvice(sample, await state.scalingHistory.all())) state.scalingHistory.remove(guest);
  })
  .remember(recommendationsGenerated, async ({ data: { recommendations } }, { state }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    state.recommenderMemory.set(rememberRun(memory, recommendations));
  })
  .remember(scalingDecided, async ({ data }, { state }) => {
    state.scalingHistory.set(rememberAdvice(await state.scalingHistory.get(data.guest), data), data.guest);
  })
  .on(outcomeRecorded, async ({ data: { outcome } }, { state }) => {
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    state.recommenderMemory.set(rememberOutcome(memory, outcome));
    return [];
  })
  .on(counterfactualRecorded, async ({ data: { counterfactual } }, { state, config }) => {
    if (!config.intelligent_migrations.counterfactual_learning_enabled) return [];
    const memory = (await state.recommenderMemory.get()) ?? emptyMemory;
    state.recommenderMemory.set(rememberHeld(memory, counterfactual));
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
