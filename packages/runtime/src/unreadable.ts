/** The code alone, for the message quotes the path. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

/** Of a file for a secret: never says what stands in place of its path, for somebody may have put the secret itself there. */
export const unreadable = (what: string, error: unknown): string =>
  `${what}: the file that it names cannot be read (${codeOf(error)})`;
