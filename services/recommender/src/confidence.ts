import type { CalibrationPoint, Chances, Gain } from '@evenkeel/contracts';
import { benefitOf, chanceAbove0, z90 } from '@evenkeel/model';

/** Weights of the two chances before anything was judged: what is expected is taken for less certain than it says. */
const prior = { now: 0.25, usual: 0.25 };
/** How firmly the weights are held: a few outcomes move all chances alike rather than bend them. */
const weightFirmness = 20;
/** Before anything was judged it is as if so many moves of even chances had turned out as said. */
const priorOutcomes = 20;
const steps = 12;

/** A calibration: log-odds of a benefit are `now` and `usual` times those of the two chances, plus `shift`. */
export type Calibration = { now: number; usual: number; shift: number };

const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
/** Log-odds; no chance counts as more certain than 50 to 1. */
function logOdds(chance: number): number {
  const p = Math.min(0.98, Math.max(0.02, chance));
  return Math.log(p / (1 - p));
}

/** Chances that a move brings something, before calibration: as they were said, else by the deviation, or the interval, of what is expected. */
export function chancesOf(gain: Gain): Chances {
  if (gain.chances) return gain.chances;
  const chance = chanceAbove0(gain.expected, Math.max(1e-9, gain.sd ?? (gain.high - gain.low) / (2 * z90)));
  return { now: chance, usual: chance };
}

/** The same in short, as they are remembered. */
export function pointOf(gain: Gain): Pick<CalibrationPoint, 'raw' | 'usual'> {
  const short = (chance: number) => Math.round(chance * 1e4) / 1e4;
  const { now, usual } = chancesOf(gain);
  return { raw: short(now), ...(short(now) === short(usual) ? {} : { usual: short(usual) }) };
}

type Judged = Pick<CalibrationPoint, 'raw' | 'usual' | 'verdict'>;

/**
 * Logistic regression on judged moves from a prior worth about 20 of them: how far to trust either chance, and how much better or
 * worse moves turn out than said. So a cluster whose unusual loads stay learns to go by what is now, and another by what is usual.
 */
export function calibrate(judged: readonly (Judged & { weight?: number })[]): Calibration {
  const rows = [
    { x: 0, y: 0, truth: 0.5, w: priorOutcomes },
    ...judged.map((m) => ({
      x: logOdds(m.raw),
      y: logOdds(m.usual ?? m.raw),
      truth: benefitOf(m.verdict),
      w: m.weight ?? 1,
    })),
  ];
  let [now, usual, shift] = [prior.now, prior.usual, 0];
  for (let i = 0; i < steps; i++) {
    let [gx, gy, g0] = [weightFirmness * (prior.now - now), weightFirmness * (prior.usual - usual), 0];
    let [hxx, hyy, h00, hxy, hx0, hy0] = [weightFirmness, weightFirmness, 0, 0, 0, 0];
    for (const { x, y, truth, w } of rows) {
      const p = logistic(now * x + usual * y + shift);
      const [off, v] = [w * (truth - p), w * p * (1 - p)];
      gx += off * x;
      gy += off * y;
      g0 += off;
      hxx += v * x * x;
      hyy += v * y * y;
      h00 += v;
      hxy += v * x * y;
      hx0 += v * x;
      hy0 += v * y;
    }
    if (now === 0 && gx < 0) [gx, hxx, hxy, hx0] = [0, 1, 0, 0];
    if (usual === 0 && gy < 0) [gy, hyy, hxy, hy0] = [0, 1, 0, 0];
    const [dx, dy, d0] = solve([hxx, hxy, hx0, hxy, hyy, hy0, hx0, hy0, h00], [gx, gy, g0]);
    now = Math.max(0, now + bounded(dx));
    usual = Math.max(0, usual + bounded(dy));
    shift += bounded(d0);
  }
  return { now, usual, shift };
}

const bounded = (step: number): number => Math.max(-1, Math.min(1, step));

type Three = readonly [number, number, number];

/** Solves three equations by Cramer's rule; the matrix, by rows, is positive definite. */
function solve(m: readonly number[], [a, b, c]: Three): Three {
  const determinant = det(m);
  const put = (column: number) =>
    det(m.map((v, i) => (i % 3 === column ? [a, b, c][Math.floor(i / 3)]! : v))) / determinant;
  return [put(0), put(1), put(2)];
}

const det = (m: readonly number[]): number =>
  m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
  m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
  m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!);

/** Confidence 0..100: the calibrated chance that a move is beneficial. */
export function confidence(chances: Chances, { now, usual, shift }: Calibration): number {
  return Math.round(1000 * logistic(now * logOdds(chances.now) + usual * logOdds(chances.usual) + shift)) / 10;
}
