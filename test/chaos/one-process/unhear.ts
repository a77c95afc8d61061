import { asTroubles, drawApprovals, drawFrom, drawLost } from './draw.ts';
import { disturbed, kill, undisturbed } from './strike.ts';
import type { Trial, Trouble } from './trial.ts';

export const unheard = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const approvals = drawApprovals(draw, 5);
  const faults = approvals.map(({ vmid }) => drawLost(draw, vmid));
  const kills = Array.from({ length: draw.below(3) }, () => kill(draw, 1 + draw.below(2_000)));
  return { seed: seed + n, replicas: draw.from(1, 2), approvals, troubles: [...asTroubles(faults), ...kills] };
};

const late_s = 300;
export const tangled = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const approvals = drawApprovals(draw, 4).map((one) => ({ ...one, late_s: draw.from(0, late_s), expires_s: 1200 }));
  const repeats = approvals.flatMap((_, approval): Trouble[] =>
    Array.from({ length: draw.below(10) }, () => ({ do: 'repeat', approval, after_s: draw.from(0, 20 + late_s) })),
  );
  const publishes = Array.from({ length: draw.below(6) }, (): Trouble => {
    return { do: 'publish', nth: draw.from(1, 40), how: draw.one(['refused', 'unanswered'] as const) };
  });
  return { seed: seed + n, replicas: draw.from(1, 3), approvals, troubles: [...repeats, ...publishes] };
};

export const forgetful = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const losses = Array.from({ length: draw.from(1, 3) }, (): Trouble => {
    return {
      do: 'forget',
      what: draw.one(['all', 'last second'] as const),
      after_s: draw.from(0, 90) + draw.below(10) / 10,
    };
  });
  const kills = Array.from({ length: draw.below(2) }, () => kill(draw, 1 + draw.below(3_000)));
  return disturbed(undisturbed(seed, draw.from(1, 2)), ...losses, ...kills);
};

export const poisoned = (seed: number, n: number): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const poisons = Array.from({ length: 4 }, (): Trouble => {
    return {
      do: 'poison',
      how: draw.one(['no data', 'unknown type', 'unknown version', 'wrong data'] as const),
      after_s: draw.from(0, 40),
    };
  });
  const after_s = draw.from(0, 40);
  const stumbles = (['decisions', 'telemetry'] as const).map((stream): Trouble => {
    return { do: 'stumble', in: stream, after_s: after_s + draw.below(10) / 10 };
  });
  const troubles = [...poisons, ...stumbles];
  return { seed: seed + n, replicas: 1, approvals: drawApprovals(draw, 3), troubles };
};
