import type { Log } from './define-service.ts';
import type { KillSwitch } from './kill-switch.ts';

/** Says once when the kill switch is on, and once when it is off again; what it returns ends that. */
export function watchKillSwitch(killSwitch: KillSwitch, log: Pick<Log, 'warn' | 'info'>): () => void {
  let before: string | null = null;
  const look = (): void => {
    const now = killSwitch();
    if (now !== null && before === null) log.warn({}, `${now}: nothing is written to Proxmox`);
    if (now === null && before !== null) log.info({}, 'the kill switch is off');
    before = now;
  };
  look();
  const timer = setInterval(look, 1_000);
  timer.unref();
  return () => clearInterval(timer);
}
