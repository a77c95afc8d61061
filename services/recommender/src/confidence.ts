import type { CalibrationPoint } from '@evenkeel/contracts';
import { chanceAbove0, z90 } from '@evenkeel/model';

const priorOutcomes = 20;
const grid = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** How firmly the slope is held at 1: a few outcomes move all chances alike rather than bend them. */
const slopeFirmness = 15;
const steps = 12;

/** A calibration: raw chances in, honest ones out; `slope` 1 and `shift` 0 change nothing. */
export type Calibration = { slope: number; shift: number; outcomes: number };

const logit = (p: number): number => Math.log(p / (1 - p));
const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
const inside = (p: number): number => Math.min(0.995, Math.max(0.005, p));

/** The same from an expected value with its 90 % interval. */
export const chanceOf = (estimate: { expected: number; low: number; high: number }): number =>
  chanceAbove0(estimate.expected, Math.max(1e-9, (estimate.high - estimate.low) / (2 * z90)));

type Judged = Pick<CalibrationPoint, 'raw' | 'verdict' | 'gain'>;

const byVerdict = { beneficial: 1, neutral: 0.5, harmful: 0 } as const;

/** What a judged move says of the chance that moves bring something: it did or it did not, however little; a half where nobody can tell. */
const truth = ({ gain, verdict }: Judged): number => (gain ? Number(gain > 0) : byVerdict[verdict]);

/** Platt's calibration by judged moves, from a prior worth 20 outcomes that says: the raw chances are right. */
export function calibrate(judged: readonly (Judged & { weight?: number })[]): Calibration {
  const rows = [
    ...grid.map((p) => ({ z: logit(p), y: p, w: priorOutcomes / grid.length })),
    ...judged.map((m) => ({ z: logit(inside(m.raw)), y: truth(m), w: m.weight ?? 1 })),
  ];
  let [slope, shift] = [1, 0];
  for (let i = 0; i < steps; i++) {
    let [g0, g1, h00, h01, h11] = [0, slopeFirmness * (1 - slope), 1e-9, 0, slopeFirmness];
    for (const { z, y, w } of rows) {
      const p = logistic(slope * z + shift);
      const v = w * p * (1 - p);
      g0 += w * (y - p);
      g1 += w * (y - p) * z;
      h00 += v;
      h01 += v * z;
      h11 += v * z * z;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (Math.abs(determinant) < 1e-12) break;
    shift += Math.max(-1, Math.min(1, (h11 * g0 - h01 * g1) / determinant));
    slope += Math.max(-1, Math.min(1, (h00 * g1 - h01 * g0) / determinant));
  }
  return { slope: Math.max(0, slope), shift, outcomes: judged.length };
}

/** Confidence 0..100: the calibrated chance that a move brings something. */
export function confidence(raw: number, { slope, shift }: Calibration): number {
  return Math.round(1000 * logistic(slope * logit(inside(raw)) + shift)) / 10;
}
