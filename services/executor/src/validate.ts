import type { CheckResult, Config } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import type { GuestRow, NodeRow } from '@evenkeel/proxmox';
import { complete } from './end.ts';
import type { Validating } from './execution.ts';
import { asksForFigures, makeChecks } from './make-checks.ts';
import { secondsOf } from './plan-steps.ts';
import type { Signs } from './signs.ts';
import { put, type Step, wait } from './steps.ts';
import { decideWayBack } from './way-back.ts';

export type ValidateFacts = {
  now: number;
  /** Cluster milliseconds for which this process has seen it validated, whatever clocks say. */
  waited_ms: number;
  config: Config;
  /** By whom and why the cluster is paused, where it is. */
  pause: string | null;
  placed: boolean;
  guest: GuestRow | undefined;
  nodes: NodeRow[];
  /** Null before it is time to ask, or where the guest is not on its target. */
  signs: Signs | null;
};

/** Cluster seconds after which the figures of nodes are all from after the move: they are means of ten, published every ten. */
const figuresAfter = 20;
/** Cluster seconds for a plan that says nothing of it. */
const usual = 30;

/** Whether it is time to look at what the move made of guest and nodes. */
export const isTimeToLook = ({ migration }: Validating, waited_ms: number): boolean =>
  !asksForFigures(migration) || waited_ms >= 1000 * figuresAfter;

/** A guest that has arrived is looked at until every check is passed or its step has used up its time; then it is over. */
export function validate(execution: Validating, facts: ValidateFacts): Step {
  const { migration, started_at, arrived_at, exit, before } = execution;
  const { now, waited_ms, placed, guest, nodes, signs } = facts;
  if (!isTimeToLook(execution, waited_ms)) return wait('the figures of the nodes are still from before');
  const late = waited_ms >= 1000 * (secondsOf(migration.migration_plan, 'post_migration_validation') ?? usual);
  if (!placed && !late) return wait('Proxmox could not be read');
  const seconds = (millis(arrived_at) - millis(started_at)) / 1000;
  const seen = { guest, nodes: placed ? nodes : null, signs };
  const checks = makeChecks({ migration, before, arrived: true, seconds, exit: exit ?? null, ...seen });
  if (!late && checks.some(({ passed }) => !passed)) return wait(`not yet: ${unmet(checks)}`);
  return put(complete(execution, now, checks, decideWayBack(execution, checks, facts)));
}

const unmet = (checks: CheckResult[]): string =>
  checks
    .filter(({ passed }) => !passed)
    .map(({ name, actual }) => `${name} (${actual})`)
    .join(', ');
