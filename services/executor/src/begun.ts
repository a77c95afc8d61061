import { Execution } from './execution.ts';

/** Not yet: nothing was sent to Proxmox. */
const waiting: readonly Execution['state'][] = ['approved', 'claimed'];

/** The migrations among these entries of the ledger that may be under way, or whose end was not yet said. */
export const begun = (values: readonly unknown[]): string[] =>
  values.flatMap((value) => {
    const { data } = Execution.safeParse(value);
    if (!data || waiting.includes(data.state)) return [];
    const { guest, source_node, target_node } = data.migration;
    return [`${guest} ${source_node}->${target_node}`];
  });
