/** Bytes as sentences quote them, in GiB with at most one decimal: `22.5 GiB`. */
export const gib = (bytes: number): string => `${Math.round((10 * bytes) / 2 ** 30) / 10} GiB`;
