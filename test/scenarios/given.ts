import { readFile } from 'node:fs/promises';
import { AutomationChange, type ConfigInput } from '@evenkeel/contracts';
import { type DescriptionInput, type FaultInput, faultSchema } from '@evenkeel/simulator';
import { parse } from 'yaml';
import { z } from 'zod';
import { overlay } from './overlay.ts';

const change = z.strictObject({
  minute: z.number().min(0),
  /** Laid over the configuration that is in force. */
  config: z.record(z.string(), z.unknown()).optional(),
  /** From then on. */
  fault: faultSchema.optional(),
  /** What somebody asks on the command line. */
  command: AutomationChange.optional(),
  /** What somebody says to the moves that the last run proposes. */
  answer: z.strictObject({ vmid: z.int(), answer: z.enum(['approve', 'reject']) }).optional(),
  /** Redis loses all that it holds. */
  flush: z.literal(true).optional(),

  /** What a person does by hand in the web interface of Proxmox. */
  move: z.strictObject({ vmid: z.int(), to: z.string() }).optional(),
});

const given = z.strictObject({
  about: z.string(),
  cluster: z.record(z.string(), z.unknown()),
  /** Over the preset `recommended`. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** How long it is watched, minutes of the cluster. */
  minutes: z.number().positive(),
  changes: z.array(change).default([]),
  /** Also tells what was held back, and whether that was right. */
  held_back: z.boolean().optional(),
  /** Played once for each of these, laid over `config`, each under its name. */
  variants: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

/** What a story begins with and what happens in it. */
export type Given = {
  cluster: DescriptionInput;
  /** Over the preset `recommended`. */
  config?: ConfigInput;
  minutes: number;
  changes?: Change[];
};
export type Story = Given & { about: string; held_back?: boolean | undefined; variants: Record<string, unknown> };
export type Change = {
  minute: number;
  config?: ConfigInput | undefined;
  fault?: FaultInput | undefined;
  command?: AutomationChange | undefined;
  answer?: { vmid: number; answer: 'approve' | 'reject' } | undefined;
  flush?: true | undefined;
  move?: { vmid: number; to: string } | undefined;
};

/** Reads a story's beginning; throws where it says something that nobody understands. */
export async function readGiven(folder: string): Promise<Story> {
  return given.parse(parse(await readFile(`${folder}/given.yaml`, 'utf8'))) as Story;
}

/** The ways in which a story is played, by name; one without a name where it has no variants. */
export function waysOf(story: Story): [string, Story][] {
  const variants = Object.entries(story.variants);
  if (variants.length === 0) return [['', story]];
  return variants.map(([name, over]) => [name, { ...story, config: overlay(story.config, over) as ConfigInput }]);
}
