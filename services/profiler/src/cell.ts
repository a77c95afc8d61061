/** One hour of one guest: six ten-minute means of CPU as codes, mean memory in MiB, and how many samples it had. */
export type Cell = { cpu: readonly number[]; mem: number | undefined; samples: number };

export const bucketMs = 600_000;
export const hourMs = 3_600_000;
export const bucketsPerHour = 6;
export const cellLength = 11;
/** Code of a bucket of which nothing was seen. */
export const unseen = 255;

const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, symbols.indexOf(String.fromCharCode(code))));
const unseenMem = 4095;

/** CPU of a bucket as one byte: finer where it is small, 0.7 points apart at half load, at most 1.61. */
export const cpuCode = (fraction: number): number => Math.min(254, Math.round(Math.sqrt(Math.max(0, fraction)) * 200));

/** CPU that each code stands for; NaN for `unseen`. */
export const cpuOfCode: Float64Array = Float64Array.from({ length: 256 }, (_, code) =>
  code === unseen ? Number.NaN : (code / 200) ** 2,
);

const memCode = (mib: number | undefined): number =>
  mib === undefined ? unseenMem : Math.min(4094, Math.round(Math.log2(1 + mib) * 170));
const memOfCode = Float64Array.from({ length: 4096 }, (_, code) =>
  code === unseenMem ? Number.NaN : 2 ** (code / 170) - 1,
);
const countCode = (samples: number): number => Math.min(63, Math.round(Math.log2(1 + samples) * 6));
const countOfCode = Float64Array.from({ length: 64 }, (_, code) => Math.round(2 ** (code / 6) - 1));

const write = (bits: number, characters: number): string =>
  characters === 0 ? '' : write(bits >>> 6, characters - 1) + symbols[bits & 63];

const triple = (codes: readonly number[], from: number): number =>
  ((codes[from] ?? unseen) << 16) | ((codes[from + 1] ?? unseen) << 8) | (codes[from + 2] ?? unseen);

/** An hour in 11 characters; memory keeps 0.2 % of its size, the number of samples 6 %. */
export function encodeCell({ cpu, mem, samples }: Cell): string {
  return write(triple(cpu, 0), 4) + write(triple(cpu, 3), 4) + write(memCode(mem), 2) + write(countCode(samples), 1);
}

/** What each code becomes where CPU is so many times as much; what passes the scale stays at its end. */
export const scaledCodes = (factor: number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, code) =>
    code === unseen ? unseen : cpuCode((cpuOfCode[code] as number) * factor),
  );

/** A string of cells with so many times as much CPU; memory and samples as they are. */
export function scaleCells(cells: string, factor: number): string {
  const codes = scaledCodes(factor);
  let scaled = '';
  for (let at = 0; at < cells.length; at += cellLength) {
    const cpu = decodeCell(cells, at / cellLength).cpu.map((code) => codes[code] as number);
    scaled += write(triple(cpu, 0), 4) + write(triple(cpu, 3), 4) + cells.slice(at + 8, at + cellLength);
  }
  return scaled;
}

export const emptyCell = encodeCell({ cpu: [], mem: undefined, samples: 0 });

const read = (cells: string, at: number): number => values[cells.charCodeAt(at)] as number;

/** The cell at an index of a string of cells. */
export function decodeCell(cells: string, index: number): { cpu: number[]; mem: number | undefined; samples: number } {
  const { codes, mem, samples } = decodeCells(cells.slice(index * cellLength, (index + 1) * cellLength));
  const mib = mem[0] as number;
  return { cpu: [...codes], mem: Number.isNaN(mib) ? undefined : mib, samples };
}

/** What a string of cells says: a CPU code per ten minutes, MiB per hour (NaN where unseen), and all samples. */
export function decodeCells(cells: string): { codes: Uint8Array; mem: Float64Array; samples: number } {
  const hours = Math.floor(cells.length / cellLength);
  const codes = new Uint8Array(hours * bucketsPerHour);
  const mem = new Float64Array(hours);
  let samples = 0;
  for (let hour = 0, at = 0, bucket = 0; hour < hours; hour++, at += cellLength) {
    for (let group = at; group < at + 8; group += 4) {
      const bits =
        (read(cells, group) << 18) |
        (read(cells, group + 1) << 12) |
        (read(cells, group + 2) << 6) |
        read(cells, group + 3);
      codes[bucket++] = bits >>> 16;
      codes[bucket++] = (bits >>> 8) & 255;
      codes[bucket++] = bits & 255;
    }
    mem[hour] = memOfCode[(read(cells, at + 8) << 6) | read(cells, at + 9)] as number;
    samples += countOfCode[read(cells, at + 10)] as number;
  }
  return { codes, mem, samples };
}
