/** What others wrote is quoted: nothing of it may steer the terminal. */
export const harmless = (text: string): string => text.replace(/[^\P{C}\n]/gu, '·');

/** Tells who types a command what they should know, beside what it answers. */
export const note = (text: string): void => void process.stderr.write(`note: ${harmless(text)}\n`);
