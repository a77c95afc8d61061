import { gunzipSync } from 'node:zlib';
import type { DeadLetter } from '@evenkeel/bus';
import { printable } from '../demo/tell.ts';

const nameOf = ({ headers, subject }: DeadLetter): string => headers['ce-id'] ?? subject;

/** A letter in one line: its place, who could not handle what, and why. */
export const tellLetter = (letter: DeadLetter): string =>
  printable(`${String(letter.buried).padStart(4)}  ${letter.service.padEnd(15)}  ${nameOf(letter)}: ${letter.reason}`);

/** What was in it, readable as far as it is JSON; of gzip that was cut there is nothing to read. */
function bodyOf({ headers, body, size }: DeadLetter): unknown {
  try {
    const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const text = new TextDecoder().decode(plain);
    return size === undefined ? JSON.parse(text) : text;
  } catch {
    return new TextDecoder().decode(body);
  }
}

/** Everything that is known of a letter. */
export const describeLetter = (letter: DeadLetter): Record<string, unknown> => {
  const { buried, service, stream, subject, sequence, reason, size, headers } = letter;
  const cut = size === undefined ? {} : { size, kept: letter.body.length };
  return { buried, service, stream, subject, sequence, reason, ...cut, headers, body: bodyOf(letter) };
};
