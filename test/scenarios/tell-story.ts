import { heldBackText } from '@evenkeel/all-in-one/held-back';
import { createTeller, formatLine } from '@evenkeel/all-in-one/tell';
import { type Counterfactual, counterfactualRecorded } from '@evenkeel/contracts';
import type { Story } from './given.ts';
import type { Played } from './play.ts';

/** What a reader is told of a story, and how the cluster looks when it ends. */
export function tellStory({ about, held_back }: Story, { events, simulator, config }: Played): string {
  const tell = createTeller();
  const lines = events.flatMap(tell).map((line) => formatLine(line, false));
  return `${[about, '', ...lines, ...(held_back ? ['', heldBack(events, config)] : []), '', 'In the end:', ...endOf(simulator)].join('\n')}\n`;
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
