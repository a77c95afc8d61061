/** Whether something of a guest at a time is asked for. */
export type Wanted = (vmid: number, at: string) => boolean;

/** Wants what is of a guest, or of any where none is named, from a moment (epoch milliseconds) on. */
export const wantedOf =
  (vmid: number | undefined, from: number): Wanted =>
  (guest, at) =>
    (vmid === undefined || guest === vmid) && Date.parse(at) >= from;
