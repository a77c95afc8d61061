import { cpuCode, encodeCell, unseen } from '../cell.ts';

/** Closed hours as the profiler keeps them: CPU of each ten minutes, counted from the oldest, undefined where nothing was seen. */
export function cellsOf(hours: number, cpu: (bucket: number) => number | undefined, mib = 1024): string {
  const cell = (hour: number) => {
    const loads = Array.from({ length: 6 }, (_, i) => cpu(6 * hour + i));
    const seen = loads.some((load) => load !== undefined);
    const codes = loads.map((load) => (load === undefined ? unseen : cpuCode(load)));
    return encodeCell({ cpu: codes, mem: seen ? mib : undefined, samples: seen ? 12 : 0 });
  };
  return Array.from({ length: hours }, (_, hour) => cell(hour)).join('');
}
