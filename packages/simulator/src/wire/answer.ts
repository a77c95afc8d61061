import { stream } from '../random.ts';

export type Request = {
  method: string;
  /** With or without `/api2/json`. */
  path: string;
  query?: Record<string, string> | undefined;
  form?: Record<string, string> | undefined;
  authorization?: string | undefined;
  cookie?: string | undefined;
  csrf?: string | undefined;
  /** The node that is asked; the first that is up where absent. */
  via?: string | undefined;
};

export type Answer = {
  status: number;
  /** The words of the status line. */
  reason: string;
  headers: Record<string, string>;
  body: string;
  /** How much later it comes, in time of the cluster. */
  delay_ms: number;
  /** No answer comes at all: the connection ends. */
  cut: boolean;
};

/** A call that Proxmox answers with an error; the reason phrase is the first line of the message. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly errors: Record<string, string> | undefined;
  readonly bare: boolean;
  readonly delay_ms: number;
  constructor(
    status: number,
    message: string,
    more: { errors?: Record<string, string>; bare?: boolean; delay_ms?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.bare = more.bare ?? false;
    this.delay_ms = more.delay_ms ?? 0;
  }
}

/** 400: what is wrong with each parameter. */
export const badParameters = (errors: Record<string, string>): Refusal =>
  new Refusal(400, 'Parameter verification failed.', { errors });

/** 500, as every `die` of Proxmox ends. */
export const died = (message: string): Refusal => new Refusal(500, message);

/** An answer that has more beside its data, such as `total`. */
export type Listed = { listed: unknown[]; total: number };
export const listed = (rows: unknown[], total = rows.length): Listed => ({ listed: rows, total });

/** JSON with the keys of every object in an order of its own; what is undefined is left out. */
const write = (value: unknown, next: () => number): string => {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item ?? null, next)).join(',')}]`;
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  let out = '';
  for (let i = keys.length - 1; i >= 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const key = keys[j] as string;
    keys[j] = keys[i] as string;
    const item = object[key];
    if (item !== undefined) out += `${out === '' ? '' : ','}${JSON.stringify(key)}:${write(item, next)}`;
  }
  return `{${out}}`;
};

const isListed = (data: unknown): data is Listed => typeof data === 'object' && data !== null && 'listed' in data;

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };

/** 200 with the keys of every object in an order of its own, as hashes of Perl come out. */
export const accepted = (data: unknown, key: number): Answer => {
  const next = stream(key);
  const whole = isListed(data) ? { data: data.listed, total: data.total } : { data: data ?? null };
  return {
    status: 200,
    reason: 'OK',
    headers: JSON_TYPE,
    body: write(whole, next),
    delay_ms: 0,
    cut: false,
  };
};

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').replace(/[^\t\x20-\x7e]/g, '?');

/** The error as Proxmox words it; 401 and what the proxy says itself have no body. */
export const refused = (refusal: Refusal, key: number): Answer => {
  const { status, message, errors, bare, delay_ms } = refusal;
  const whole = { data: null, message: `${message}\n`, ...(errors ? { errors } : {}) };
  const body = bare ? '' : write(whole, stream(key));
  return { status, reason: oneLine(message), headers: bare ? {} : JSON_TYPE, body, delay_ms, cut: false };
};
