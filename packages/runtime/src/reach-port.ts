import { connect, isIP } from 'node:net';

/** Whether something answered in time, or why nobody could tell. */
export type Reached = boolean | { unable: string };

/** What comes from the other end, or shows that nobody is there; whatever else goes wrong is trouble of this machine. */
const silence: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EHOSTDOWN', 'ETIMEDOUT'];

/** Whether a TCP port accepts a connection in time, or why that could not be asked; nothing is sent. */
export const reachPort = ({ host, port, timeout_ms }: { host: string; port: number; timeout_ms: number }) =>
  new Promise<Reached>((resolve) => {
    const socket = connect({ host, port });
    let isFound = isIP(host) !== 0;
    const end = (reached: Reached) => {
      clearTimeout(patience);
      socket.destroy();
      resolve(reached);
    };
    const patience = setTimeout(
      () => end(isFound ? false : { unable: `no answer about the name ${host}` }),
      timeout_ms,
    );
    socket.once('lookup', (error) => {
      isFound = !error;
    });
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(judge(error)));
  });

/** Of a host with several addresses each may fail in its own way. */
export function judge(error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }): Reached {
  const codes = (error.errors ?? [error]).map(({ code = 'no code' }) => code);
  return codes.some((code) => silence.includes(code)) ? false : { unable: `this machine cannot connect (${codes[0]})` };
}
