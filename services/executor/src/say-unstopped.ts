import type { Running } from './execution.ts';

/** That a move was to be stopped and could not be, with both reasons; a pause holds that back like every write. Null where it was, or was not to be. */
export const sayUnstopped = ({ stop_because: why, stop_refused }: Running): string | null =>
  stop_refused ? `was to be stopped${why ? ` (${why})` : ''}, could not be: ${stop_refused}` : null;
