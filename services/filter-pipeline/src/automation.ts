import type { Automation, AutomationChange, automationRequested, DataOf } from '@evenkeel/contracts';
import { clockTolerance, isAhead, millis } from '@evenkeel/model';

type Request = DataOf<typeof automationRequested>;
/** Where a command stands in its stream, and the time of the cluster at which it was said. */
type Place = { sequence: number; at: string };

/** Whether what was asked is held already or is an older wish, whatever place it was said again at; a pause in a new place is never late, since a wrong clock must not keep anybody from stopping. */
function isLate({ do: what }: AutomationChange, { sequence, at }: Place, applied: Place): boolean {
  const older = millis(applied.at) - millis(at);
  return sequence <= applied.sequence ? older >= 0 : what !== 'pause' && older > clockTolerance;
}

/** Why a request is not granted although it stands behind what holds, or null: by the clock of who asked it is the older wish. */
export function refusal({ applied }: Automation, { change }: Request, { sequence, at }: Place): string | null {
  if (!applied || sequence <= applied.sequence || !isLate(change, { sequence, at }, applied)) return null;
  const older = Math.round((millis(applied.at) - millis(at)) / 1000);
  return `asked at ${at} by the clock of who asked, ${older} s before what was asked last, at ${applied.at}, and yet told after it: the clocks disagree by at least that; nothing was changed`;
}

/** What holds once a request is granted; one that is held already, or came before one that is, changes nothing. */
export function grant(before: Automation, { change, by, command_id }: Request, { sequence, at }: Place): Automation {
  const { applied } = before;
  if (applied && isLate(change, { sequence, at }, applied)) return before;
  const after = apply(before, change, { by, since: at });
  return { ...after, revision: before.revision + 1, changed: { id: command_id, at, by }, applied: { sequence, at } };
}

function apply(before: Automation, change: AutomationChange, who: { by: string; since: string }): Automation {
  switch (change.do) {
    case 'pause':
      return { ...before, pause: { ...who, reason: change.reason } };
    case 'resume': {
      const { pause: _, failure, ...rest } = before;
      return failure ? { ...rest, failure: { ...failure, resumed: true } } : rest;
    }
    case 'mode': {
      const { mode: _, ...rest } = before;
      return change.mode === 'default' ? rest : { ...rest, mode: { mode: change.mode, ...who } };
    }
    case 'drain':
      return { ...before, drained: { ...before.drained, [change.node]: { ...who, reason: change.reason } } };
    case 'undrain': {
      const { [change.node]: _, ...drained } = before.drained;
      return { ...before, drained };
    }
  }
}

export type Failure = { migration_id: string; at: string; pause: { reason: string } | undefined };

/** Who pauses a cluster after a failure. */
export const itself = 'evenkeel';

export type BrokenInvariant = { id: string; at: string; reason: string };

/** What is known stands against what came before it; a time that is yet to come, by a clock that was wrong, shows no order. */
const stands = (known: { at: string } | undefined, at: string, now: number): boolean =>
  known !== undefined && (known.at === at || (millis(at) <= millis(known.at) && !isAhead(known.at, now)));

/** What holds after something happened that never may: a pause, whatever the configuration says. One that is known, or came before the one that is, changes nothing. */
export function noteBroken(before: Automation, { id, at, reason }: BrokenInvariant, now: number): Automation {
  if (stands(before.broken, at, now)) return before;
  return {
    ...before,
    broken: { id, at },
    pause: before.pause ?? { since: at, by: itself, reason },
    revision: before.revision + 1,
    changed: { id, at, by: itself },
  };
}

/** What holds after a migration failed; one that is known, or failed before the one that is, changes nothing. */
export function noteFailure(before: Automation, { migration_id, at, pause }: Failure, now: number): Automation {
  if (stands(before.failure, at, now)) return before;
  const failure = { migration_id, at, resumed: false };
  if (!pause) return { ...before, failure };
  return {
    ...before,
    failure,
    pause: before.pause ?? { since: at, by: itself, reason: pause.reason },
    revision: before.revision + 1,
    changed: { id: migration_id, at, by: itself },
  };
}
