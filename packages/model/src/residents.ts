import type { ClusterSample } from '@evenkeel/contracts';

/** The running guests of a node as one number, the same in any order: it changes when one comes or goes. */
export function residentsOf({ guests }: Pick<ClusterSample, 'guests'>, node: string): number {
  let sum = 0;
  for (const { guest, node: on, status } of guests)
    if (on === node && status === 'running') sum = withResident(sum, guest, 1);
  return sum;
}

/** Adds a guest to such a number, or takes it away. */
export const withResident = (residents: number, guest: string, sign: 1 | -1): number =>
  (residents + sign * hash(guest)) | 0;

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}
