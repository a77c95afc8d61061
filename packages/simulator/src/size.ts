const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `4.0 GiB`, as migration logs have it. */
export const size = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
};

/** `00:00:18`. */
export const clockTime = (seconds: number): string => {
  const s = Math.round(seconds);
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((part) => String(part).padStart(2, '0')).join(':');
};
