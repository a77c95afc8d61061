import { connect } from 'node:net';

/** Whether a TCP port accepts a connection in time; nothing is sent, and whatever goes wrong is a no. */
export const reachPort = ({ host, port, timeout_ms }: { host: string; port: number; timeout_ms: number }) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port });
    const end = (reached: boolean) => {
      clearTimeout(patience);
      socket.destroy();
      resolve(reached);
    };
    const patience = setTimeout(() => end(false), timeout_ms);
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
