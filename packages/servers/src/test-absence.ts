/**
 * A server that tests need and that is not to be had: said, so that they skip; thrown where CI is set, for there nobody would see
 * that nothing was tested.
 */
export function sayAbsent(
  what: string,
  reasons: readonly string[],
  { CI: ci }: { CI?: string | undefined } = process.env,
): null {
  const sentence = `no ${what} for the tests: ${reasons.join('; ') || 'not looked for'}`;
  if (ci !== undefined && !['', '0', 'false'].includes(ci))
    throw new Error(`${sentence}. CI=${ci} lets no test skip for that`);
  console.warn(sentence);
  return null;
}
