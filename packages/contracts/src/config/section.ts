import { z } from 'zod';

/** An option: its sentence is the documentation. */
export const bool = (fallback: boolean, sentence: string) => z.boolean().default(fallback).describe(sentence);
export const int = (fallback: number, min: number, max: number, sentence: string) =>
  z.int().min(min).max(max).default(fallback).describe(sentence);
export const float = (fallback: number, min: number, max: number, sentence: string) =>
  z.number().min(min).max(max).default(fallback).describe(sentence);
export const strings = (sentence: string) => z.array(z.string().min(1)).default([]).describe(sentence);

/** The name of a time zone that this machine knows, such as Europe/Vienna. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
export const timeZone = z.string().refine(isTimeZone, 'an IANA time zone such as Europe/Vienna or UTC');
