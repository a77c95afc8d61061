import { hostname, userInfo } from 'node:os';
import { Asker, Motive, NodeName } from '@evenkeel/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from './fail.ts';
import { note } from './note.ts';

export const withConfig = (command: Command): Command =>
  command.option('-c, --config <file>', 'configuration file, YAML or JSON');

/** Who asks, unless they say otherwise: nobody checks it, whoever may publish on the bus may claim any name. */
export const withAsker = (command: Command): Command =>
  withConfig(command).option('--by <name>', 'who asks', asker, `${user()}@${hostname()}`.slice(0, 128));

export const withReason = (command: Command): Command =>
  command.option('--reason <text>', 'why, for those who read it', (text) => shortened(text, note), '');

/** Where the machine has no name for its user, as in a container, the number. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'somebody');
  }
}

function asker(name: string): string {
  if (name.trim() !== '' && Asker.safeParse(name).success) return name;
  throw new InvalidArgumentError(`must be a name of 1 to ${Asker.maxLength} characters`);
}

/** A reason as long as one may be: nobody's pause fails because they explained it too well. */
export function shortened(reason: string, say: (note: string) => void): string {
  const most = Motive.maxLength ?? reason.length;
  if (reason.length <= most) return reason;
  say(`the reason is cut to its first ${most} characters; it has ${reason.length}`);
  return `${reason.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The name of a node as somebody typed it. */
export function nodeNamed(text: string): string {
  if (NodeName.safeParse(text).success) return text;
  throw new UsageError(`${JSON.stringify(text)} is not the name of a node`);
}
