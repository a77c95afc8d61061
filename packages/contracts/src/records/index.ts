import type { AnyRecord } from '../define.ts';
import { GuestHistory, guestHistories } from './guest-histories.ts';
import { OpenHour, type OpenHours, openHours } from './open-hours.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [guestHistories, openHours] as const satisfies readonly AnyRecord[];

export { GuestHistory, guestHistories, OpenHour, type OpenHours, openHours };
