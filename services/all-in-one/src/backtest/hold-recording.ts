import { gunzipSync, gzipSync } from 'node:zlib';
import type { Recorded } from './play-config.ts';
import type { Recording } from './read-recording.ts';

/** A recording read once and kept in memory, compressed: whatever its source lets go of, every time it is played it is the same. */
export async function holdRecording({ play, ...rest }: Recording): Promise<Recording> {
  const held: Buffer[] = [];
  for await (const entry of play()) held.push(gzipSync(JSON.stringify(entry)));
  async function* again(): AsyncGenerator<Recorded> {
    for (const entry of held) yield JSON.parse(gunzipSync(entry).toString());
  }
  return { ...rest, play: again };
}
