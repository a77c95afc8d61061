/** A problem that the user can mend: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
