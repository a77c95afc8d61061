import { ProxmoxError } from '@evenkeel/proxmox';

/** Trouble with a server that a handler asked something of; it passes, so the work waits for it. */
export class Outside extends Error {
  override name = 'Outside';
}

/** A handler's own failure: a bug, or data that it cannot live with; tried a few times, then laid aside. */
export class HandlerFailed extends Error {
  override name = 'HandlerFailed';
}

/** The same port, but what its calls throw is marked as coming from outside the handler. */
export function marked<Port extends object>(port: Port): Port {
  const entries = Object.entries(port).map(([name, call]) => [name, typeof call === 'function' ? guard(call) : call]);
  return Object.fromEntries(entries) as Port;
}

// biome-ignore lint/suspicious/noExplicitAny: wraps a call of any shape
function guard(call: any) {
  return (...given: unknown[]) => {
    const answer = call(...given);
    return answer instanceof Promise ? answer.catch(rethrow) : answer;
  };
}

function rethrow(error: unknown): never {
  throw new Outside(error instanceof Error ? error.message : String(error), { cause: error });
}

/** What a handler threw, as what it means: trouble outside stays as it is, anything else is the handler's failure. */
export function blame(error: unknown): Error {
  if (error instanceof Outside) return error;
  if (error instanceof ProxmoxError && error.kind !== 'bad_answer') return error;
  return new HandlerFailed(error instanceof Error ? error.message : String(error), { cause: error });
}
