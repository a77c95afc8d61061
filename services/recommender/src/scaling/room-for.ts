import type { ClusterSample, Config, GuestSample } from '@evenkeel/contracts';
import { homeOf, ruleContext, usableBytes } from '@evenkeel/model';

/** The most that a guest can be given: threads, and bytes of memory less what is kept for the host, of the largest node for it. */
export type Room = { vcpus: number; bytes: number };

/** What the largest nodes on which a guest may be have to give; that of its own node where it may be on none. Rules are read once, when first asked. */
export function roomIn(sample: ClusterSample, config: Config): (guest: GuestSample) => Room {
  let rules: ReturnType<typeof ruleContext> | undefined;
  return (guest) => {
    rules ??= ruleContext(sample, config);
    const home = homeOf(guest, rules).nodes;
    const nodes = sample.nodes.filter(({ node }) => (home.size > 0 ? home.has(node) : node === guest.node));
    return {
      vcpus: Math.max(0, ...nodes.map(({ maxcpu }) => maxcpu)),
      bytes: Math.max(0, ...nodes.map((node) => usableBytes(node, config.nodes))),
    };
  };
}
