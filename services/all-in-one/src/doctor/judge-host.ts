import type { HostLook } from '@evenkeel/proxmox';
import type { About, Finding } from './finding.ts';

const day_ms = 86_400_000;
const soon_days = 30;

/** Whether a host is there and shows a certificate that Evenkeel trusts, and for how long. */
export function judgeHost(about: About, look: HostLook, now: number): Finding[] {
  const { host } = look;
  if ('failure' in look)
    return [
      about.problem(
        `host ${host}`,
        look.failure,
        `is it up, and is port 8006 open from here? on the node: systemctl status pveproxy; from here: curl -k https://${host.includes(':') ? host : `${host}:8006`}`,
      ),
    ];
  const { fingerprint, refusal, trusted_by, valid_to } = look.certificate;
  const check = `certificate of ${host}`;
  if (refusal !== null)
    return [
      about.problem(
        check,
        `it shows ${fingerprint}: ${refusal}`,
        `on that node: pvenode cert info; where it is the same, EVENKEEL_PVE_FINGERPRINTS=${fingerprint} (or fingerprints of the cluster)`,
      ),
    ];
  const days = Math.floor((valid_to - now) / day_ms);
  const by = { fingerprint: 'its fingerprint', ca: 'the CA certificate', system: 'an authority of this machine' };
  const trusted = `trusted by ${by[trusted_by ?? 'system']}`;
  const renew = 'pvecm updatecerts --force on that node, then the new fingerprint into the configuration';
  if (days < 0) return [about.warning(check, `${trusted}, but it expired ${-days} days ago`, renew)];
  if (days < soon_days) return [about.warning(check, `${trusted}, but it expires in ${days} days`, renew)];
  return [about.ok(check, `${trusted}, good for ${days} days`)];
}
