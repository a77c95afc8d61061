import type { TokenDescription } from '../description.ts';
import { type Of, strike } from '../faults.ts';
import { hashText } from '../random.ts';
import { HOUR } from '../units.ts';
import type { World } from '../world.ts';
import { Refusal, type Request } from './answer.ts';

/** Who asks: root, or a token with its rights. */
export type Caller = { user: string; token: TokenDescription | undefined };

const denied = (reason: string): Refusal => new Refusal(401, reason, { bare: true, delay_ms: 3000 });

const byToken = (world: World, header: string): Caller => {
  const [, id, secret] = /^PVEAPIToken[= ]([^=\s]+)=(\S+)$/.exec(header) ?? [];
  const token = world.plan.description.tokens.find((known) => known.id === id);
  if (!id || !token) throw denied('no such token');
  if (token.secret !== secret) throw denied('invalid token value!');
  if (strike(world, 'unauthorized', (fault) => (fault.token ?? id) === id)) throw denied('Authentication failed!');
  return { user: id, token: withdraw(world, token) };
};

const isUnder = (path: string, root: string): boolean => root === '/' || path === root || path.startsWith(`${root}/`);

/** Without a right on a path: what names it there and below, and what is handed down to there. */
const without = (token: TokenDescription, { privilege, path }: Of<'right_withdrawn'>): TokenDescription => {
  const handedDown = { privileges: [...resolveRights(token, path).keys()], propagate: true };
  const entries = Object.keys({ ...token.privileges, [path]: [] }).map((at) => {
    const entry = entryAt(token, at) ?? handedDown;
    const left = entry.privileges.filter((name) => name !== privilege || !isUnder(at, path));
    return [at, { ...entry, privileges: left }] as const;
  });
  return { ...token, privileges: Object.fromEntries(entries) };
};

/** A token with what its faults have left it; the same one for the same faults, since its rights are remembered. */
const withdraw = (world: World, token: TokenDescription): TokenDescription => {
  const lost = world.faults.filter(
    ({ fault, from, to }) =>
      fault.kind === 'right_withdrawn' && (fault.token ?? token.id) === token.id && from <= world.now && world.now < to,
  );
  if (lost.length === 0) return token;
  const key = lost.map(({ id }) => id).join(' ');
  const before = withdrawn.get(token) ?? new Map<string, TokenDescription>();
  withdrawn.set(token, before);
  const left =
    before.get(key) ?? lost.reduce((left, { fault }) => without(left, fault as Of<'right_withdrawn'>), token);
  before.set(key, left);
  return left;
};
const withdrawn = new WeakMap<TokenDescription, Map<string, TokenDescription>>();

const sign = (world: World, text: string): string => {
  const secrets = world.plan.description.users.map((user) => user.password).join('/');
  return [0, 1, 2, 3].map((n) => hashText(`${n}/${secrets}/${text}`).toString(16).padStart(8, '0')).join('');
};

const readTicket = (world: World, ticket: string): string | undefined => {
  const [, user, time, signature] = /^PVE:([^:]+):([0-9A-F]{8})::([0-9a-f]+)$/.exec(ticket) ?? [];
  if (!user || !time || signature !== sign(world, `${user}:${time}`)) return undefined;
  const age = world.now - Number.parseInt(time, 16) * 1000;
  return age >= -300_000 && age < 2 * HOUR ? user : undefined;
};

const ticketFor = (world: World, user: string): string => {
  const time = Math.floor(world.now / 1000)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0');
  return `PVE:${user}:${time}::${sign(world, `${user}:${time}`)}`;
};

const csrfFor = (world: World, user: string): string =>
  `${Math.floor(world.now / 1000)
    .toString(16)
    .toUpperCase()}:${sign(world, `csrf/${user}`)}`;

const byCookie = (world: World, request: Request): Caller => {
  const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]+)/.exec(request.cookie ?? '')?.[1];
  if (!cookie) throw denied('No ticket');
  const user = readTicket(world, decodeURIComponent(cookie));
  if (!user) throw denied('permission denied - invalid PVE ticket');
  const good = request.csrf?.split(':')[1] === sign(world, `csrf/${user}`);
  if (request.method !== 'GET' && !good) throw denied('Permission denied - invalid csrf token');
  return { user, token: undefined };
};

/** Who asks, by token or ticket; 401 after three seconds and without a body where nobody does. */
export const identify = (world: World, request: Request): Caller =>
  request.authorization ? byToken(world, request.authorization) : byCookie(world, request);

/** A ticket for a user of the description by password, or by a ticket that still holds. */
export const issueTicket = (world: World, username: string, password: string): unknown => {
  const known = world.plan.description.users.find((user) => user.id === username);
  if (!known || (known.password !== password && readTicket(world, password) !== username))
    throw denied('authentication failure');
  const rights = (names: string[]) => Object.fromEntries(names.map((name) => [name, 1]));
  return {
    username,
    clustername: world.plan.name,
    ticket: ticketFor(world, username),
    CSRFPreventionToken: csrfFor(world, username),
    cap: {
      vms: rights([
        'VM.Audit',
        'VM.Migrate',
        'VM.PowerMgmt',
        'VM.Config.Options',
        'VM.Config.Disk',
        'Permissions.Modify',
      ]),
      storage: rights(['Datastore.Audit', 'Datastore.AllocateSpace', 'Permissions.Modify']),
      access: rights(['User.Modify', 'Group.Allocate', 'Permissions.Modify']),
      nodes: rights(['Sys.Audit', 'Sys.Modify', 'Sys.Console', 'Sys.PowerMgmt', 'Permissions.Modify']),
      sdn: rights(['SDN.Audit', 'SDN.Use', 'Permissions.Modify']),
      dc: rights(['Sys.Audit', 'Sys.Modify', 'SDN.Audit']),
      mapping: rights(['Mapping.Audit', 'Mapping.Use', 'Permissions.Modify']),
    },
  };
};

const entryAt = (token: TokenDescription, path: string) => {
  const entry = token.privileges[path];
  return Array.isArray(entry) ? { privileges: entry, propagate: true } : entry;
};

/** Rights at a path: the deepest entry on the way to it that reaches it has the word. True means handed down. */
const rightsAt = ({ token }: Caller, path: string): Map<string, boolean> => {
  if (!token) return EVERYTHING;
  const found = known.get(token) ?? new Map<string, Map<string, boolean>>();
  known.set(token, found);
  const held = found.get(path) ?? resolveRights(token, path);
  if (found.size < 10_000) found.set(path, held);
  return held;
};

const EVERYTHING = new Map([['*', true]]);
/** The rights of a token never change, and thousands of rows ask for them. */
const known = new WeakMap<TokenDescription, Map<string, Map<string, boolean>>>();

const resolveRights = (token: TokenDescription, path: string): Map<string, boolean> => {
  const parts = path.split('/').filter(Boolean);
  let rights = new Map<string, boolean>();
  for (let depth = 0; depth <= parts.length; depth++) {
    const entry = entryAt(token, `/${parts.slice(0, depth).join('/')}`);
    if (entry && (entry.propagate || depth === parts.length))
      rights = new Map(entry.privileges.map((name) => [name, entry.propagate]));
  }
  return rights;
};

export const may = (caller: Caller, path: string, privilege: string): boolean => {
  const rights = rightsAt(caller, path);
  return rights.has('*') || rights.has(privilege);
};

/** 403 that names the path and the privilege, where the caller lacks it. */
export const demand = (caller: Caller, path: string, privilege: string): void => {
  if (!may(caller, path, privilege)) throw new Refusal(403, `Permission check failed (${path}, ${privilege})`);
};

/** What `GET /access/permissions` says: for a path, or for all that the token names. */
export const permissionsOf = (
  world: World,
  caller: Caller,
  path: string | undefined,
): Record<string, Record<string, number>> => {
  const always = ['/', '/access', '/nodes', '/sdn', '/storage', '/vms', '/pool', '/mapping'];
  const paths = path
    ? [path]
    : [
        ...new Set([
          ...always,
          ...Object.keys(caller.token?.privileges ?? {}),
          ...world.plan.guests.filter((g) => g.pool).map((g) => `/pool/${g.pool}`),
        ]),
      ];
  const all = [
    'VM.Audit',
    'VM.Migrate',
    'VM.PowerMgmt',
    'Sys.Audit',
    'Sys.Modify',
    'Sys.Console',
    'Datastore.Audit',
    'Pool.Audit',
    'SDN.Audit',
  ];
  const rows = paths.map((at): [string, Record<string, number>] => {
    const rights = rightsAt(caller, at);
    const named: [string, boolean][] = rights.has('*') ? all.map((name) => [name, true]) : [...rights];
    return [at, Object.fromEntries(named.map(([name, down]) => [name, down ? 1 : 0]))];
  });
  return Object.fromEntries(rows.filter(([at, rights]) => at === path || Object.keys(rights).length > 0));
};
