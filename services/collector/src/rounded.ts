/** Readings are noisier than their last digits, and a sample of thousands of guests is paid by the byte. */
export const rounded = (value: number, digits = 0): number => {
  const factor = 10 ** digits;
  const result = Math.round(value * factor) / factor;
  return Number.isFinite(result) ? result : 0;
};
