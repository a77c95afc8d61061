type Reason = { why: string; known: boolean };

const web = 'it belongs to the web interface of ProxBalance';
const secret = 'secrets are not copied: put a token into the file that read_token_file names';
const steps = 'its penalties are steps on another scale; the prices here are penalty_config.weight_*';
const unread = 'nothing in ProxBalance reads it';

const reasons: [RegExp, string][] = [
  [/(^|\.)"?_/, 'a comment'],
  [/^proxmox_(api_token|username|password|auth)/, secret],
  [
    /^proxmox_verify_ssl/,
    'certificates are always checked: name yours in clusters[].fingerprints or clusters[].ca_file',
  ],
  [/^(api_key|cors_origins|ui_)/, web],
  [/^ai_/, 'no language model has a say in a migration here'],
  [/^collection_optimization/, 'a cluster is read in a few calls here; there is nothing to tune'],
  [
    /^rollback_window_hours/,
    'there: how long an undo is offered; here automated_migrations.rules.rollback_window_hours is how long a guest does not return, and stays at its default',
  ],
  [/^penalty_(scoring|config)\.maintenance_score_boost/, 'moves off a node in maintenance come first without a boost'],
  [
    /^penalty_(scoring|config)\.(iowait_score_boost|iowait_exempt)/,
    'IO wait is a part of the penalty: penalty_config.weight_iowait',
  ],
  [
    /^penalty_(scoring|config)\.source_mem_migration_floor/,
    'a source that is well gains too little from a move to be recommended',
  ],
  [/^penalty_(scoring|config)\./, steps],
  [/^migration_settings\.(lookback_days|min_confidence|protect_workloads|threshold_margin)/, unread],
  [/^automated_migrations\.rules\.respect_exclude_tags/, unread],
  [/^automated_migrations\.rules\.cooldown_reset_at/, 'a note of ProxBalance to itself'],
  [/intelligent_migrations\.stale_retention_hours/, 'a recommendation that is not seen again is forgotten at once'],
  [
    /^automated_migrations\.notifications|^notifications/,
    'notifications are not part of this file, and their secrets are not copied',
  ],
];

/** Why a value of ProxBalance has no counterpart; `known` is false where nobody knows what it is. */
export function whyDropped(path: string): Reason {
  const reason = reasons.find(([pattern]) => pattern.test(path));
  return reason ? { why: reason[1], known: true } : { why: 'no such option is known', known: false };
}
