import { badParameters } from './answer.ts';

export type Parameter =
  | { type: 'string'; optional?: boolean; enum?: readonly string[] }
  | { type: 'integer'; optional?: boolean; minimum?: number; maximum?: number }
  | { type: 'boolean'; optional?: boolean };
export type Parameters = Record<string, Parameter>;
export type Values = Record<string, string | number | boolean | undefined>;

const BOOLEANS: Record<string, boolean> = {
  1: true,
  on: true,
  yes: true,
  true: true,
  0: false,
  off: false,
  no: false,
  false: false,
};

const readInteger = (rule: Parameter & { type: 'integer' }, text: string): number | { problem: string } => {
  if (!/^-?\d+$/.test(text)) return { problem: `type check ('integer') failed - got '${text}'` };
  const value = Number(text);
  if (rule.minimum !== undefined && value < rule.minimum)
    return { problem: `value must have a minimum value of ${rule.minimum}` };
  if (rule.maximum !== undefined && value > rule.maximum)
    return { problem: `value must have a maximum value of ${rule.maximum}` };
  return value;
};

const readValue = (rule: Parameter, text: string): string | number | boolean | { problem: string } => {
  if (rule.type === 'integer') return readInteger(rule, text);
  if (rule.type === 'boolean')
    return BOOLEANS[text.toLowerCase()] ?? { problem: `type check ('boolean') failed - got '${text}'` };
  if (rule.enum && !rule.enum.includes(text))
    return { problem: `value '${text}' does not have a value in the enumeration '${rule.enum.join(', ')}'` };
  return text;
};

/** Parameters as declared; anything unknown, missing or of the wrong type is a 400 that names each. */
export const readParameters = (rules: Parameters, given: Record<string, string>): Values => {
  const errors: Record<string, string> = {};
  const out: Values = {};
  for (const [name, text] of Object.entries(given)) {
    const rule = rules[name];
    const value = rule
      ? readValue(rule, text)
      : { problem: 'property is not defined in schema and the schema does not allow additional properties' };
    if (typeof value === 'object') errors[name] = value.problem;
    else out[name] = value;
  }
  for (const [name, rule] of Object.entries(rules))
    if (!rule.optional && given[name] === undefined) errors[name] = 'property is missing and it is not optional';
  if (Object.keys(errors).length > 0) throw badParameters(errors);
  return out;
};
