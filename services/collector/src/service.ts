import {
  automationKey,
  clusterSampled,
  collectorProgress,
  guestCounters,
  guestFacts,
  historyBackfilled,
  pauseSentence,
  readAutomation,
} from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { defineService } from '@evenkeel/runtime';
import { withBackups } from './backups.ts';
import { dueBridges, noteBridges, withBridges } from './bridges.ts';
import { byGuest, byNode, partsToWrite } from './by-node.ts';
import { dueConfigs } from './due-configs.ts';
import { duePast } from './due-past.ts';
import { learnConfigs } from './learn-configs.ts';
import {
  lookAtCluster,
  readBackups,
  readBridges,
  readConfigs,
  readMappings,
  readPast,
  readPressures,
  readReplications,
} from './look.ts';
import { openRun } from './open-run.ts';
import { partTale } from './part-tales.ts';
import { noteLook, nothingYet } from './progress.ts';
import { readAllCounters } from './rates.ts';
import { withReplications } from './replications.ts';
import { requestsPerSample } from './requests-per-sample.ts';
import { buildSample, withUnreadConfigs } from './sample.ts';
import { scene } from './scene.ts';
import { factsAfter, progressAfter, talesOf } from './tell-past.ts';

/** Looks at the cluster and says what it saw; on first sight also what Proxmox remembers of before. */
export const collector = defineService({
  name: 'collector',
  summary: 'Reads nodes, guests, rules and running migrations from Proxmox, and what it remembers of the past.',
  owns: { collectorProgress, guestCounters, guestFacts },
  reads: {},
  uses: { proxmox: 'read', ledger: true },
  publishes: [historyBackfilled, clusterSampled],
}).every(
  'cluster',
  (config) => config.collection.sample_interval_seconds,
  async ({ cluster, now, config, config_revision, state, proxmox, ledger, kill_switch }) => {
    const progress = (await state.collectorProgress.get()) ?? nothingYet;
    const keptFacts = await state.guestFacts.all();
    const keptCounters = await state.guestCounters.all();
    const automation = readAutomation((await ledger.get(automationKey(cluster)))?.value);
    const { drained } = automation;
    const at = iso(now);
    const now_s = Math.floor(now / 1000);

    const look = await lookAtCluster(proxmox);
    const { guests, nodes, online, shared } = scene(look);
    const budget = requestsPerSample(config);

    const configs = await readConfigs(proxmox, dueConfigs(guests, byGuest(keptFacts), { now_s, online, budget }));
    const mappings = await readMappings(proxmox, configs);
    const facts = learnConfigs(guests, byGuest(keptFacts), configs, { now_s, shared, mappings });

    const left = config.collection.backfill ? budget - configs.length : 0;
    const past = await readPast(proxmox, duePast(progress, facts, { nodes, online, guests, budget: left }), now_s);
    const tales = talesOf(past, facts, now_s).flatMap(partTale);

    const networks = await readBridges(proxmox, dueBridges(progress.bridges, { online, now_s }));
    const bridges = noteBridges(progress.bridges, networks, { nodes, now_s });

    const draining = Object.keys(drained).sort();
    const hasten = draining.some((node) => !progress.drained?.includes(node));
    const run = openRun(progress.run, { cluster, now }, config, hasten);
    const pressures = run ? await readPressures(proxmox, [...online]) : [];
    const seen = {
      ...noteLook(progress, look, { run, pressures, drained: draining }),
      ...progressAfter(progress, past, nodes),
      bridges,
    };
    const counters = readAllCounters(guests, byGuest(keptCounters));
    const beside = {
      cluster,
      now,
      sequence: seen.sequence,
      config,
      drained,
      paused: pauseSentence(automation),
      kill_switch,
      config_revision,
      run,
      progress: seen,
      own_clock: proxmox.clock().own === true,
      facts,
      counters,
    };
    const backups = run ? await readBackups(proxmox) : { jobs: [], problems: [] };
    const replications = run ? await readReplications(proxmox) : [];
    const told = withUnreadConfigs(buildSample(look, beside), configs);
    const sample = withBridges(withReplications(withBackups(told, backups, look.tasks), replications), bridges);

    state.collectorProgress.set(seen);
    const newFacts = partsToWrite(keptFacts, byNode(guests, factsAfter(facts, past)));
    for (const [node, part] of newFacts.set) state.guestFacts.set(part, node);
    for (const node of newFacts.remove) state.guestFacts.remove(node);
    const newCounters = partsToWrite(keptCounters, byNode(guests, counters));
    for (const [node, part] of newCounters.set) state.guestCounters.set(part, node);
    for (const node of newCounters.remove) state.guestCounters.remove(node);
    return [...tales.map((tale) => historyBackfilled.of({ cluster, at, ...tale }, at)), clusterSampled.of(sample, at)];
  },
);
