import { setTimeout as sleep } from 'node:timers/promises';
import { runDecided } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { LogLine } from '../e2e/stage/program.ts';
import { type findBoth, openServers, type Servers } from '../e2e/stage/servers.ts';
import { type SimulatorProcess, simulate } from '../e2e/stage/simulator.ts';
import { names, openStage, type ServiceName, type Stage } from '../e2e/stage/stage.ts';
import { until } from '../e2e/stage/until.ts';
import { comeToRest, type PlayedCluster } from './come-to-rest.ts';
import { type Gate, openGate } from './gate.ts';
import { eager, restlessCluster } from './restless-cluster.ts';
import { witnessOf } from './witness-of.ts';

type Outage = {
  what: string;
  /** Who cannot work without it. */
  whom: readonly ServiceName[];
  /** What their warnings must name. */
  named: RegExp;
  /** Seconds by which nobody may be ready any more. */
  within_s: number;
  /** Of the time of an outage. */
  share: number;
  leave: () => Promise<void>;
  comeBack: () => Promise<void>;
};

/** What an outage was like; times in seconds, after it began or after its end. */
export type Outlasted = {
  what: string;
  noticed_after: number;
  warnings: string[];
  lines_of_loudest: number;
  ready_after: number;
  decided_after: number;
  problems: string[];
};

const speed = 60;

/** Seven services outlast that NATS, Redis and Proxmox, one after the other, are away for so many seconds, and that each of them hangs; nobody helps them. */
export async function outlast(binaries: NonNullable<Awaited<ReturnType<typeof findBoth>>>, seconds: number) {
  const servers = await openServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  try {
    const cluster = await simulate(servers.dir, restlessCluster, speed);
    closers.unshift(cluster.close);
    const gate = await openGate(cluster.port);
    closers.unshift(gate.shut);
    const proxmox = { port: gate.port, fingerprint: cluster.fingerprint };
    const stage = await openStage({ servers, proxmox, config: eager() });
    closers.unshift(stage.close);
    await stage.startAll();
    const outlasted: Outlasted[] = [];
    for (const outage of outagesOf(servers, gate, cluster))
      outlasted.push(await outlastOne(outage, stage, cluster, seconds));
    await comeToRest(stage, cluster);
    return { outlasted, witness: await witnessOf(stage, cluster), story: stage.story() };
  } finally {
    for (const close of closers) await close();
  }
}

/** What hangs is noticed by whoever waits for an answer, of Proxmox for fifteen seconds at most. */
function outagesOf({ nats, redis }: Servers, gate: Gate, cluster: SimulatorProcess): Outage[] {
  const gone = { within_s: 20, share: 1 };
  const hung = { within_s: 10, share: 0.5 };
  const slow = { within_s: 45, share: 1 };
  const toAll = { whom: names };
  const looks: { whom: readonly ServiceName[] } = { whom: ['collector'] };
  return [
    { ...gone, ...toAll, what: 'NATS', named: /NATS/, leave: nats.kill, comeBack: nats.start },
    { ...gone, ...toAll, what: 'Redis', named: /Redis/, leave: redis.kill, comeBack: redis.start },
    { ...gone, ...looks, what: 'Proxmox', named: /connection refused/, leave: gate.shut, comeBack: gate.open },
    { ...hung, ...toAll, what: 'NATS that hangs', named: /ledger|EVENKEEL_/, leave: nats.hang, comeBack: nats.goOn },
    { ...hung, ...toAll, what: 'Redis that hangs', named: /Redis/, leave: redis.hang, comeBack: redis.goOn },
    { ...slow, ...looks, what: 'Proxmox that hangs', named: /answer/, leave: cluster.hang, comeBack: cluster.goOn },
  ];
}

/** Begins while a guest is on the move. */
async function outlastOne(outage: Outage, stage: Stage, cluster: PlayedCluster, seconds: number): Promise<Outlasted> {
  const tell = stage.story;
  await until('a migration under way', async () => (await cluster.truth()).running.length > 0, { seconds: 90, tell });
  const before = new Map(names.map((name) => [name, stage.of(name).lines().length]));
  const began = performance.now();
  await outage.leave();
  const { noticed_after, falsely } = await watchReadiness(outage, stage, { began, seconds: outage.share * seconds });
  const meanwhile = new Map(names.map((name) => [name, stage.of(name).lines().slice(before.get(name))]));
  const ended = performance.now();
  await outage.comeBack();
  const back = (await cluster.truth()).now;
  await until('all to be ready', async () => (await whoIsReady(names, stage)).length === names.length, { tell });
  const ready_after = secondsSince(ended);
  await until('a decision', () => hasDecided(stage, back), { seconds: 90, tell });
  const warned = outage.whom.map((name) => ({ name, warnings: (meanwhile.get(name) ?? []).flatMap(warningOf) }));
  return {
    what: outage.what,
    noticed_after,
    warnings: [...new Set(warned.flatMap(({ warnings }) => warnings))],
    lines_of_loudest: Math.max(...[...meanwhile.values()].map((lines) => lines.length)),
    ready_after,
    decided_after: secondsSince(ended),
    problems: [
      ...falsely,
      ...warned
        .filter(({ warnings }) => !warnings.some((text) => outage.named.test(text)))
        .map(({ name, warnings }) => `${name} did not say that ${outage.what} is away: ${warnings.join('; ')}`),
      ...names.filter((name) => stage.of(name).isOver()).map((name) => `${name} ended`),
    ],
  };
}

function warningOf({ level, msg, error }: LogLine): string[] {
  const why = (error as { message?: string } | undefined)?.message;
  return level === 'warn' || level === 'error' ? [why ? `${msg}: ${why}` : msg] : [];
}

const secondsSince = (began: number): number => Math.round((performance.now() - began) / 100) / 10;

async function whoIsReady(whom: readonly ServiceName[], stage: Stage): Promise<ServiceName[]> {
  const answers = await Promise.all(whom.map((name) => stage.ready(stage.of(name))));
  return whom.filter((_, i) => answers[i]?.status === 200);
}

/** Looks twice a second until the outage is over; after how long everybody was not ready, and who said ready after that. */
async function watchReadiness(
  { whom, what, within_s }: Outage,
  stage: Stage,
  { began, seconds }: { began: number; seconds: number },
): Promise<{ noticed_after: number; falsely: string[] }> {
  let noticed_after = Number.POSITIVE_INFINITY;
  const falsely = new Set<string>();
  for (; secondsSince(began) < seconds; await sleep(500)) {
    const ready = await whoIsReady(whom, stage);
    if (noticed_after === Number.POSITIVE_INFINITY && ready.length === 0) noticed_after = secondsSince(began);
    else if (noticed_after < secondsSince(began))
      for (const name of ready) falsely.add(`${name} said ready while ${what} was away`);
  }
  if (noticed_after > within_s) falsely.add(`somebody was ready ${within_s} s after ${what} went away`);
  return { noticed_after, falsely: [...falsely] };
}

/** On something that was seen after this moment of the cluster. */
async function hasDecided(stage: Stage, after: number): Promise<boolean> {
  const decisions = await stage.decisions();
  return decisions.some(({ type, time }) => type === typeOf(runDecided) && Date.parse(time) > after);
}
