import { execFile } from 'node:child_process';

/** Whether a host answered one ping (ICMP echo) in time, or why nobody could tell. */
export type Pinged = boolean | { unable: string };

const forbidden = /not permitted|permission denied|are you root|cap_net_raw/iu;
/** The command may take so much longer than its own time-out. */
const slack_ms = 1_000;

/** Pings once with the command of the system, which needs no rights of ours; it is given nothing of the environment but where to look. */
export const pingHost = ({ host, timeout_ms }: { host: string; timeout_ms: number }, command = 'ping') =>
  new Promise<Pinged>((resolve) => {
    const seconds = Math.max(1, Math.ceil(timeout_ms / 1000));
    const options = {
      timeout: seconds * 1000 + slack_ms,
      maxBuffer: 65_536,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    };
    execFile(command, ['-n', '-c', '1', '-W', String(seconds), '--', host], options, (error, _, told) => {
      if (!error) return resolve(true);
      if (error.code === 'ENOENT') return resolve({ unable: 'there is no command ping' });
      if (error.code === 'EACCES' || error.code === 'EPERM' || forbidden.test(told))
        return resolve({ unable: 'the command ping may not send here' });
      resolve(false);
    });
  });
