import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** What is checked beyond the names of options: which are numbers from 0 on, which are lists of certain words, and the words that may stand alone. */
type Checks = {
  numbers?: readonly string[];
  lists?: Record<string, readonly string[]>;
  words?: readonly string[];
};
type Values<O extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: O }>>['values'];
type Read<O extends ParseArgsOptionsConfig> = { values: Values<O>; words: string[] };

const unknown = (found: readonly string[], known: readonly string[]): string[] =>
  found.filter((word) => !known.includes(word));

/** Options and words of a command line; `help` where that is asked for; a sentence where something is wrong. */
export function understand<const O extends ParseArgsOptionsConfig>(
  args: string[],
  options: O,
  { numbers = [], lists = {}, words = [] }: Checks = {},
): Read<O> | 'help' | { wrong: string } {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return 'help';
  try {
    const read = parseArgs({ args, options: options as ParseArgsOptionsConfig, allowPositionals: true });
    const said = Object.entries(read.values).map(([name, value]) => [name, String(value)] as const);
    const number = said.find(([name, value]) => numbers.includes(name) && !(Number(value) >= 0 && value.trim() !== ''));
    if (number) return { wrong: `--${number[0]} ${JSON.stringify(number[1])} is no number from 0 on.` };
    for (const [name, value] of said) {
      const wrong = lists[name] && unknown(value.split(','), lists[name]);
      if (wrong?.length) return { wrong: `--${name} knows no ${wrong.join(', ')}, only ${lists[name]!.join(', ')}.` };
    }
    const strange = unknown(read.positionals, words);
    if (strange.length > 0)
      return { wrong: `There is no ${strange.join(', ')}${words.length > 0 ? `, only ${words.join(', ')}` : ''}.` };
    return { values: read.values as Values<O>, words: read.positionals };
  } catch (error) {
    return { wrong: `${(error as Error).message.split(/[.\n]/)[0]}.` };
  }
}

/** The command line of this process; ends it with its usage where help is asked for, and with what is wrong, the usage and exit code 2 where something is. */
export function readArguments<const O extends ParseArgsOptionsConfig>(
  usage: string,
  options: O,
  checks: Checks = {},
): Read<O> {
  const read = understand(process.argv.slice(2), options, checks);
  if (read === 'help') {
    process.stdout.write(`${usage.trim()}\n`);
    process.exit(0);
  }
  if ('wrong' in read) {
    process.stderr.write(`${read.wrong}\n\n${usage.trim()}\n`);
    process.exit(2);
  }
  return read;
}
