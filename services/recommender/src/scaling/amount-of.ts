import type { GuestSample, ResourceType, ScalingAmount } from '@evenkeel/contracts';
import type { Determined } from './determine-action.ts';
import type { Room } from './room-for.ts';
import type { Usage } from './usage-of.ts';

/** A size is advised at which the peak would take so much of it. */
const comfortable = 0.8;
const block = 256 * 2 ** 20;
/** Nothing is shrunk to less than so much of what it was. */
const least = 0.1;
const alike = 1e-9;

type Given = { resource: ResourceType; guest: GuestSample; usage: Usage; room: () => Room };

const isResize = ({ action }: Determined): boolean => action === 'scale_up' || action === 'scale_down';

/** What the guest has and what would do, in whole vCPUs or in blocks of 256 MiB; never more than a node for it has, unless it has it. */
export function amountOf({ resource, guest, usage, room }: Given, done: Determined): ScalingAmount | undefined {
  if (!isResize(done) || (resource !== 'cpu' && resource !== 'memory')) return undefined;
  const [unit, now, step] =
    resource === 'cpu' ? (['vcpus', guest.maxcpu, 1] as const) : (['bytes', guest.maxmem, block] as const);
  const wanted = step * Math.ceil((now * usage.peak) / comfortable / step - alike);
  if (done.action === 'scale_down') return { unit, now, advised: Math.min(now, Math.max(wanted, step)) };
  const most = step * Math.floor(room()[unit] / step);
  return { unit, now, advised: Math.max(now, Math.min(most, Math.max(wanted, now + step))) };
}

/** By how much more, or less, of what it has the guest would do, as a fraction; without a size, so that the peak would take 80 %. */
export function growthOf({ usage }: Pick<Given, 'usage'>, done: Determined, amount: ScalingAmount | undefined): number {
  if (amount) return amount.advised / amount.now - 1;
  return isResize(done) ? Math.max(least, usage.peak / comfortable) - 1 : 0;
}

/** A size for a reader. */
export const sizeOf = ({ unit }: ScalingAmount, n: number): string =>
  unit === 'vcpus' ? `${n} vCPU${n === 1 ? '' : 's'}` : `${Math.round((100 * n) / 2 ** 30) / 100} GiB`;

/** What the other size would bring, or why there is none, to end a sentence with. */
export function amountSentence({ usage, room }: Given, amount: ScalingAmount | undefined): string {
  if (!amount) return '';
  const { unit, now, advised } = amount;
  const peak = (now * usage.peak) / advised;
  const most = room()[unit];
  const limit = `no node on which it may be has more than ${unit === 'vcpus' ? `${most} threads` : `${sizeOf(amount, most)} to give`}`;
  if (now === advised)
    return peak > comfortable
      ? `; it cannot be enlarged here: ${limit}`
      : `; it cannot have less than ${sizeOf(amount, now)}`;
  const change = `; ${sizeOf(amount, advised)} instead of ${sizeOf(amount, now)} would bring its peak to`;
  return peak > comfortable + alike
    ? `${change} ${Math.round(100 * peak)} %: ${limit}`
    : `${change} ${Math.round(comfortable * 100)} % or less`;
}
