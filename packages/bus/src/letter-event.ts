import { type Decoded, decodeEvent } from './cloud-events.ts';
import type { Letter } from './port.ts';

const untoken = (text: string): string => {
  const escaped = text.replace(/_([0-9a-f]{2})/gu, '%$1');
  try {
    return decodeURIComponent(escaped);
  } catch {
    return text;
  }
};

/** The event in a letter, or why there is none; what the letter does not say of it follows from where it was. */
export async function eventOfLetter({ subject, headers, body, size }: Letter): Promise<Decoded> {
  if (size !== undefined) return { reason: `only the head of its ${size} bytes was kept` };
  const implied = { 'ce-specversion': '1.0', 'ce-subject': untoken(subject.split('.')[3] ?? '') };
  return decodeEvent({ headers: { ...implied, ...headers }, body });
}
