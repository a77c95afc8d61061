import type { Bus, DeadLetter } from '@evenkeel/bus';
import { clustersInForce } from '@evenkeel/runtime';
import { type Command, InvalidArgumentError } from 'commander';
import { replayLetter } from '../dead/replay-letter.ts';
import { describeLetter, tellLetter } from '../dead/tell-letter.ts';
import { printable } from '../demo/tell.ts';
import { services } from '../services.ts';
import { UsageError } from './fail.ts';
import { serviceNamed } from './service-named.ts';
import { readNatsSetup, withBus } from './with-bus.ts';

type Chosen = { config?: string; all?: boolean; service?: string };

/** What could not be handled was laid aside; here it is looked at, handled again or thrown away. */
export function addDead(program: Command): void {
  const dead = program.command('dead').description('messages that no service could handle: look, say again, drop');
  const add = (name: string, description: string): Command =>
    dead.command(name).description(description).option('-c, --config <file>', 'configuration file, YAML or JSON');
  const addMany = (name: string, description: string): Command =>
    add(name, description)
      .argument('[number...]', 'numbers of letters, as listed', numbers)
      .option('--all', 'every letter')
      .option('--service <name>', 'with --all, only those of this service');
  add('list', 'every letter in a line')
    .option('--service <name>', 'only those of this service')
    .option('--json', 'one letter a line, as JSON')
    .action((options: Chosen & { json?: boolean }) => list(options));
  add('show', 'everything about one letter, as JSON')
    .argument('<number>', 'its number, as listed', numbers)
    .action(([number]: number[], options: Chosen) => onLetters(options, [number!], async (_, letter) => show(letter)));
  addMany('replay', 'say it again to the service that could not handle it, such as after an upgrade').action(
    (wanted: number[] | undefined, options: Chosen) => onLetters(options, wanted ?? [], replay),
  );
  addMany('drop', 'throw it away').action((wanted: number[] | undefined, options: Chosen) =>
    drop(wanted ?? [], options),
  );
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const show = (letter: DeadLetter): void => say(JSON.stringify(describeLetter(letter), null, 2));

function numbers(text: string, before: number[] = []): number[] {
  if (!/^[1-9]\d*$/.test(text))
    throw new InvalidArgumentError('must be the number of a letter, see `evenkeel dead list`');
  return [...before, Number(text)];
}

async function list({ json, ...options }: Chosen & { json?: boolean }): Promise<void> {
  let found = 0;
  await onBus(options, async (bus) => {
    for await (const letter of bus.letters()) {
      if (options.service !== undefined && letter.service !== options.service) continue;
      found++;
      say(json ? JSON.stringify(describeLetter(letter)) : tellLetter(letter));
    }
  });
  if (found === 0 && !json) say(`no dead letters${options.service === undefined ? '' : ` of ${options.service}`}`);
}

async function drop(wanted: readonly number[], options: Chosen): Promise<void> {
  let dropped = 0;
  const one = async (bus: Bus, { buried }: DeadLetter): Promise<void> => {
    if (!(await bus.drop_letter(buried))) return;
    dropped++;
    say(`${buried} dropped`);
  };
  await onLetters(options, wanted, one, () => say(`${dropped} letter${dropped === 1 ? '' : 's'} dropped`));
}

async function replay(bus: Bus, letter: DeadLetter): Promise<void> {
  const hearers = { services: services.map(({ name }) => name), clusters: await clustersInForce(bus.ledger) };
  const { done, what } = await replayLetter(bus, letter, hearers).catch((error: Error) => ({
    done: false,
    what: error.message,
  }));
  say(printable(`${letter.buried} ${what}`));
  if (!done) process.exitCode = 1;
}

/** Does something with each letter that is asked for; one that is not there is named, and the rest done all the same. */
async function onLetters(
  options: Chosen,
  wanted: readonly number[],
  work: (bus: Bus, letter: DeadLetter) => Promise<void>,
  after = (): void => {},
): Promise<void> {
  if (wanted.length === 0 && !options.all) throw new UsageError('name letters by their numbers, or --all');
  await onBus(options, async (bus) => {
    const isWanted = ({ buried, service }: DeadLetter): boolean =>
      wanted.length > 0 ? wanted.includes(buried) : options.service === undefined || service === options.service;
    const letters = (await Array.fromAsync(bus.letters())).filter(isWanted);
    for (const letter of letters) await work(bus, letter);
    after();
    const missing = wanted.filter((number) => !letters.some(({ buried }) => buried === number));
    if (missing.length > 0) throw new Error(`no dead letter ${missing.join(', ')}`);
  });
}

async function onBus(options: Chosen, work: (bus: Bus) => Promise<void>): Promise<void> {
  if (options.service !== undefined) serviceNamed(options.service);
  const { settings } = readNatsSetup(options.config, () => 'dead letters are kept in NATS');
  await withBus(settings, 'dead', work);
}
