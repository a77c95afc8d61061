import { once } from 'node:events';
import { connect } from 'node:net';

/** Says something to a server on this machine in its own words, and waits for the answer that shows that it was heard. */
async function speak(url: string, text: string, answer: RegExp): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  socket.write(text);
  for (let heard = ''; !answer.test(heard); ) heard += (await once(socket, 'data'))[0];
  socket.destroy();
}

/** A command in plain words, such as `CONFIG SET maxmemory 1`, that is answered with OK or so. */
export const tellRedis = (url: string, command: string): Promise<void> => speak(url, `${command}\r\n`, /\r\n/);

/** Forgets everything, as an operator's mistake would. */
export const emptyRedis = (url: string): Promise<void> => speak(url, 'FLUSHALL\r\n', /\+OK/);

/** A message that no program of ours wrote. */
export const publishByHand = (url: string, subject: string, body: string): Promise<void> =>
  speak(url, `CONNECT {"verbose":false}\r\nPUB ${subject} ${Buffer.byteLength(body)}\r\n${body}\r\nPING\r\n`, /PONG/);
