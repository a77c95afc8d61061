import { readFileSync } from 'node:fs';

/** Why nothing may be written to Proxmox, whatever else holds; null where the switch is off. Needs neither NATS nor Redis. */
export type KillSwitch = () => string | null;

const longestReason = 120;

/**
 * On while the environment says so, or while the file is there, whatever is in it; its first line is quoted as the reason. A file
 * that cannot be looked at counts as there.
 */
export function createKillSwitch(
  { kill_switch, kill_switch_file }: { kill_switch: boolean; kill_switch_file: string },
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): KillSwitch {
  return () => {
    if (kill_switch) return 'the kill switch is on (EVENKEEL_KILL_SWITCH)';
    try {
      const [line = ''] = read(kill_switch_file).split('\n', 1);
      const why = line
        .replace(/[\p{C}]/gu, ' ')
        .trim()
        .slice(0, longestReason);
      return `the kill switch is on (${kill_switch_file}${why && `: ${why}`})`;
    } catch (error) {
      const { code = 'error' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      return `the kill switch counts as on: ${kill_switch_file} cannot be read (${code})`;
    }
  };
}
