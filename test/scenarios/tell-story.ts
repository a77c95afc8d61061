import { createTeller, formatLine } from '@evenkeel/all-in-one/tell';
import type { Story } from './given.ts';
import type { Played } from './play.ts';

/** What a reader is told of a story, and how the cluster looks when it ends. */
export function tellStory({ about }: Story, { events, simulator }: Played): string {
  const tell = createTeller();
  const lines = events.flatMap(tell).map((line) => formatLine(line, false));
  return `${[about, '', ...lines, '', 'In the end:', ...endOf(simulator)].join('\n')}\n`;
}

function endOf(simulator: Played['simulator']): string[] {
  return simulator.inspect().nodes.map(({ node, cpu, mem, maxmem, guests }) => {
    const who = guests.length > 16 ? `${guests.length} guests` : guests.length > 0 ? guests.join(' ') : 'nobody';
    return `  ${node}  CPU ${percent(cpu)}, memory ${percent(mem / maxmem)}: ${who}`;
  });
}

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`.padStart(5);
