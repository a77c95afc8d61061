import { type ExecFileException, execFile } from 'node:child_process';
import type { Reached } from './reach-port.ts';

const forbidden = /not permitted|permission denied|are you root|cap_net_raw/iu;
/** Of commands that end alike whether nobody answered or nothing could be sent. */
const unsent = /bad address|unknown host|not known|name resolution|no address associated|network is unreachable/iu;
/** The command may take so much longer than its own time-out. */
const slack_ms = 1_000;

/** Whether a host answers one ping (ICMP echo) in time, or why nobody can tell. Pings once with the command of the system, which needs no rights of ours; it is given nothing of the environment but where to look. */
export const pingHost = ({ host, timeout_ms }: { host: string; timeout_ms: number }, command = 'ping') =>
  new Promise<Reached>((resolve) => {
    const seconds = Math.max(1, Math.ceil(timeout_ms / 1000));
    const options = {
      timeout: seconds * 1000 + slack_ms,
      maxBuffer: 65_536,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    };
    execFile(command, ['-n', '-c', '1', '-W', String(seconds), '--', host], options, (error, _, told) =>
      resolve(error === null || judge(error, told)),
    );
  });

/** It ends with 1 where nobody answered, and by itself: whatever else it does is no word of the host. */
function judge({ code, killed }: ExecFileException, told: string): Reached {
  if (code === 'ENOENT') return { unable: 'there is no command ping' };
  if (code === 'EACCES' || code === 'EPERM' || forbidden.test(told))
    return { unable: 'the command ping may not send here' };
  if (killed) return { unable: 'the command ping did not end' };
  if (code === 1 && !unsent.test(told)) return false;
  return { unable: `the command ping could not ask (${told.trim().split('\n')[0]?.slice(0, 120) || code})` };
}
