/** A tag that means something, for readers; `setting` is the option that switches it off or on, where one does. */
export type TagRow = { tag: string; means: string; setting?: string };

/** Every tag that is understood, described; a test holds each row against what the rules make of it. */
export const tagTable: readonly TagRow[] = [
  {
    tag: 'ignore',
    means: 'The guest stays where it is; only a node that is emptied (drain, maintenance) is left all the same.',
    setting: 'respect_ignore_tags',
  },
  { tag: 'no-auto-migrate', means: 'The same as `ignore`.', setting: 'respect_ignore_tags' },
  {
    tag: 'auto-migrate-ok',
    means:
      'The guest may move. Where the setting is on, only guests with this tag do; a node that is emptied is left by all.',
    setting: 'require_auto_migrate_ok_tag',
  },
  {
    tag: 'restart-ok',
    means: 'The container may be restarted in order to move it, although others may not.',
    setting: 'allow_container_restarts',
  },
  {
    tag: 'exclude_<group>',
    means: 'Guests with the same tag are kept on different nodes.',
    setting: 'respect_exclude_affinity',
  },
  {
    tag: 'affinity_<group>',
    means: 'Guests with the same tag are kept together, and move together.',
    setting: 'respect_affinity_rules',
  },
  {
    tag: 'evenkeel',
    means: 'The guest carries the balancer (Evenkeel, its NATS or its Redis). Nothing moves it, not even a drain.',
  },
  { tag: 'plb_ignore…', means: "The guest stays where it is, as with `ignore`. ProxLB's." },
  {
    tag: 'plb_pin_<node>',
    means: "The guest may only be on this node; with several such tags, on any of them. ProxLB's.",
  },
  { tag: 'plb_affinity…', means: "Guests with the same tag are kept together. ProxLB's." },
  { tag: 'plb_anti_affinity…', means: "Guests with the same tag are kept on different nodes. ProxLB's." },
];
