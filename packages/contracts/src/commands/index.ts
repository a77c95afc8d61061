import type { AnyEvent } from '../define.ts';
import { answerGiven } from './answer-given.ts';
import { automationRequested } from './automation-requested.ts';

/** Every command: what comes in, from the command line or a console. */
export const commands = [automationRequested, answerGiven] as const satisfies readonly AnyEvent[];

export { answerGiven, automationRequested };
