import type { Description } from '@evenkeel/simulator';

/** Tokens of a simulated cluster: one that may migrate, and one that may not where there is one. */
export function tokensOf({ tokens }: Pick<Description, 'tokens'>): { read: string; write: string } {
  const text = ({ id, secret }: { id: string; secret: string }): string => `${id}=${secret}`;
  const migrates = tokens.find((t) => JSON.stringify(t.privileges).includes('"VM.Migrate"'));
  const looks = tokens.find((t) => t !== migrates) ?? migrates;
  if (!migrates || !looks) throw new Error('the simulated cluster has no token with VM.Migrate');
  return { read: text(looks), write: text(migrates) };
}
