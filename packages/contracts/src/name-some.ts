/** Names in a sentence, at most so many of them; how many more there are is said. */
export const nameSome = (names: readonly string[], most: number, between = ', '): string =>
  names.length > most ? `${names.slice(0, most).join(between)} and ${names.length - most} more` : names.join(between);
