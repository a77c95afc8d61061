import { heldBackText } from '@evenkeel/all-in-one/held-back';
import { createTeller, formatLine } from '@evenkeel/all-in-one/tell';
import { type Counterfactual, counterfactualRecorded } from '@evenkeel/contracts';
import type { Story } from './given.ts';
import type { Played } from './play.ts';

/** What a reader is told of a story, way by way, and how the cluster looks when it ends. */
export function tellStory({ about, held_back }: Story, ways: readonly (readonly [string, Played])[]): string {
  const told = ways.map(([name, played]) =>
    [...(name ? [`## ${name}`] : []), ...tellWay(played, held_back)].join('\n'),
  );
  return `${[about, ...told].join('\n\n')}\n`;
}

/** What was told of each way, by its name. */
export function readTold(then: string): Record<string, string> {
  const [, ...told] = then.split(/\n\n(?=## )/);
  if (told.length === 0) return { '': then.slice(then.indexOf('\n')) };
  return Object.fromEntries(told.map((text) => [text.slice(3, text.indexOf('\n')), text.slice(text.indexOf('\n'))]));
}

function tellWay({ events, simulator, config }: Played, held_back = false): string[] {
  const tell = createTeller();
  const lines = events.flatMap(tell).map((line) => formatLine(line, false));
  return [...lines, ...(held_back ? ['', heldBack(events, config)] : []), '', 'In the end:', ...endOf(simulator)];
}

function heldBack(events: Played['events'], config: Played['config']): string {
  const judged = events
    .filter(({ type }) => type.includes(`.${counterfactualRecorded.name}.`))
    .map(({ data }) => (data as { counterfactual: Counterfactual }).counterfactual);
  const latest = judged.filter(({ horizon }) => horizon === '1h');
  const gains = latest.map(
    (c) =>
      `  ${c.guest} ${c.name}  ${c.source_node} → ${c.target_node}: expected ${c.expected_gain.expected.toFixed(1)} points, would have gained ${c.would_have_gained.toFixed(1)}: ${c.verdict}`,
  );
  return ['Held back:', ...gains, heldBackText(judged, config).trimEnd()].join('\n');
}

function endOf(simulator: Played['simulator']): string[] {
  return simulator.inspect().nodes.map(({ node, cpu, mem, maxmem, guests }) => {
    const who = guests.length > 16 ? `${guests.length} guests` : guests.length > 0 ? guests.join(' ') : 'nobody';
    return `  ${node}  CPU ${percent(cpu)}, memory ${percent(mem / maxmem)}: ${who}`;
  });
}

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`.padStart(5);
