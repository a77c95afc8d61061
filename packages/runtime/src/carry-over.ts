import type { Ledger, LedgerEntry } from '@evenkeel/bus';
import { type Automation, automationKey, pauseSentence, readAutomation } from '@evenkeel/contracts';
import type { Log } from './define-service.ts';
import { type Listed, renamedClusters } from './renamed-clusters.ts';

/** What was asked of a cluster could not be taken along to its new name: the configuration that has that name must not come into force. */
export class CarryOverFailed extends Error {
  override name = 'CarryOverFailed';
}

type Place = { ledger: Ledger; isStillInForce: () => Promise<boolean> };
/** What is to be said once the configuration is in force. */
export type Tell = (log: Pick<Log, 'info' | 'warn'>) => void;

/**
 * Takes pauses, drains and modes along from the names of one configuration to those of the next, by compare-and-set, in as many processes
 * as like. A new name that holds something of old gets what is asked of its cluster today. Null where the first is no longer in force.
 */
export async function carryOver(before: Listed, after: Listed, place: Place): Promise<Tell[] | null> {
  const { renamed, gone } = renamedClusters(before, after);
  const tells: Tell[] = [];
  for (const { from, to } of renamed) {
    const entries = await Promise.all(from.map((name) => place.ledger.get(automationKey(name))));
    const source = entries.find((entry) => entry && automationOf(entry).pause) ?? entries.find((entry) => entry);
    if (source && !(await copy(source, to, place))) return null;
    tells.push((log) => log.info({ cluster: to, before: from, ...askedOf(source) }, sentenceOfName));
  }
  for (const cluster of gone) {
    const asked = askedOf(await place.ledger.get(automationKey(cluster)));
    if (Object.keys(asked).length > 0) tells.push((log) => log.warn({ cluster, ...asked }, sentenceOfEnd));
  }
  return tells;
}

const sentenceOfName =
  'a cluster has another name: its pause, drains and mode go with it; cooldowns, waiting approvals and all that was learned under the old name do not';
const sentenceOfEnd =
  'a cluster of which something is asked is no longer configured: that holds again only under its old name, and goes along to no other';

/** Read before it is asked what is in force: whatever is asked under the new name after that makes this one fail. */
async function copy({ key, value }: LedgerEntry, to: string, { ledger, isStillInForce }: Place): Promise<boolean> {
  const target = automationKey(to);
  const standing = await ledger.get(target);
  if (!(await isStillInForce())) return false;
  if (standing && JSON.stringify(standing.value) === JSON.stringify(value)) return true;
  try {
    const done = standing ? await ledger.update(target, value, standing.revision) : await ledger.create(target, value);
    return done !== null;
  } catch (error) {
    const why = `what is asked of a cluster could not be carried over from ${key} to ${target}: ${(error as Error).message}`;
    throw new CarryOverFailed(why, { cause: error });
  }
}

const automationOf = (entry: LedgerEntry | null | undefined): Automation => readAutomation(entry?.value);

/** What people ask of a cluster, as it is told. */
function askedOf(entry: LedgerEntry | null | undefined): { pause?: string; drained?: string[]; mode?: string } {
  const automation = automationOf(entry);
  const [pause, drained] = [pauseSentence(automation), Object.keys(automation.drained)];
  return {
    ...(pause === null ? {} : { pause }),
    ...(drained.length === 0 ? {} : { drained }),
    ...(automation.mode ? { mode: automation.mode.mode } : {}),
  };
}
