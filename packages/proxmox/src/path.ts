import type { GuestRef } from './port.ts';

/** One segment of a path; `.` and `..` would be swallowed by a URL and are no name of anything. */
export function segment(text: string): string {
  return /^\.{1,2}$/.test(text) ? text.replaceAll('.', '%2E') : encodeURIComponent(text);
}

export const nodePath = (node: string): string => `/nodes/${segment(node)}`;
export const guestPath = ({ node, type, vmid }: GuestRef): string => `${nodePath(node)}/${type}/${vmid}`;
