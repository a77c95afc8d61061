import type { About, Finding } from './finding.ts';

const fine_ms = 2_000;
const most_ms = 30_000;

/** A clock beside this machine's: up to 2 s do no harm, from 30 s on times of events and expiry can no longer be trusted. */
export function judgeClock(about: About, whose: string, ahead_ms: number): Finding {
  const off = Math.abs(ahead_ms);
  const check = `clock of ${whose}`;
  if (off <= fine_ms) return about.ok(check, 'agrees with this machine to within 2 s');
  const seconds = Math.round(off / 1000);
  const found = `${seconds} s ${ahead_ms > 0 ? 'ahead of' : 'behind'} this machine`;
  const advice = 'see which of the two is wrong (timedatectl) and let both follow a time server: apt install chrony';
  return off <= most_ms ? about.warning(check, found, advice) : about.problem(check, found, advice);
}
