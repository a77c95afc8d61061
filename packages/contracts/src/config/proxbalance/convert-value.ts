import type { Option } from '../option.ts';

/** A value as an option allows it, with what had to be done to it; or why it cannot be one. */
export type Converted = { value: unknown; why?: string } | { refused: string };

const words: Record<string, boolean> = { true: true, yes: true, on: true, false: false, no: false, off: false };

function toBoolean(value: unknown): Converted {
  if (typeof value === 'boolean') return { value };
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (Object.hasOwn(words, word)) return { value: words[word], why: 'it was text' };
  if (value === 1 || value === 0) return { value: value === 1, why: 'it was a number' };
  return { refused: 'neither true nor false' };
}

function toNumber(value: unknown, option: Option): Converted {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { refused: 'not a number' };
  const whole = option.type === 'integer' ? Math.round(number) : number;
  const { minimum = -Infinity, maximum = Infinity } = option;
  const inside = Math.min(maximum, Math.max(minimum, whole)) + 0;
  const why = [
    ...(typeof value === 'string' ? ['it was text'] : []),
    ...(whole === number ? [] : ['only whole numbers']),
    ...(inside === whole ? [] : [`allowed from ${minimum} to ${maximum}`]),
  ];
  return why.length > 0 ? { value: inside, why: why.join(', ') } : { value: inside };
}

function toList(value: unknown): Converted {
  const list = typeof value === 'string' ? value.split(/[,;\s]+/) : value;
  if (!Array.isArray(list)) return { refused: 'not a list' };
  const names = list.filter((name): name is string => typeof name === 'string' && name.trim() !== '');
  const left = list.length - names.length;
  if (typeof value === 'string') return { value: names, why: 'it was text' };
  return left > 0 ? { value: names, why: `${left} of ${list.length} entries are no names` } : { value: names };
}

/** Makes of a value what an option allows: text becomes number or truth, what is out of range is clamped. */
export function convertValue(value: unknown, option: Option): Converted {
  if (option.type === 'boolean') return toBoolean(value);
  if (option.type === 'integer' || option.type === 'number') return toNumber(value, option);
  if (option.type === 'array') return toList(value);
  return typeof value === 'string' ? { value } : { refused: 'not text' };
}
