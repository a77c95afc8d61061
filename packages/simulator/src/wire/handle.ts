import { type Of, strike } from '../faults.ts';
import { mix } from '../random.ts';
import { isOnline, nodeOf, type World } from '../world.ts';
import { type Caller, demand, identify } from './access.ts';
import { type Answer, accepted, died, Refusal, type Request, refused } from './answer.ts';
import { garble } from './garble.ts';
import { readParameters } from './parameters.ts';
import { type Context, createFinder, fill, type Route } from './route.ts';
import { routes } from './routes.ts';

const find = createFinder(routes);

type Reaching = { path: string; method?: string | undefined };
const reaches = (request: Request, path: string) => (fault: Reaching) =>
  path.startsWith(fault.path) && (fault.method === undefined || fault.method === request.method);

/** What is asked of a node goes through the node: dead ones end as the proxy says it. */
const reachNode = (world: World, name: string): void => {
  if (!world.nodes.has(name))
    throw died(`hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`);
  if (isOnline(world, name)) return;
  const fault = world.faults.find(
    ({ fault: f, from, to }) => f.kind === 'node_down' && f.node === name && from <= world.now && world.now < to,
  );
  const hung = fault?.fault.kind === 'node_down' && fault.fault.how === 'hung';
  throw hung
    ? new Refusal(596, 'Connection timed out', { bare: true, delay_ms: 30_000 })
    : new Refusal(595, 'No route to host', { bare: true, delay_ms: 3000 });
};

const checkRights = (caller: Caller, route: Route, at: Record<string, string>): void => {
  if (route.needs) demand(caller, fill(route.needs[0], at), route.needs[1]);
};

const own = (route: Route): boolean => route.path.endsWith('/rrddata') || !route.path.startsWith('/nodes/{node}');

const checkMethod = (request: Request): void => {
  if (request.method === 'GET' || request.method === 'DELETE')
    if (Object.keys(request.form ?? {}).length > 0)
      throw new Refusal(501, `Unexpected content for method '${request.method}'`, { bare: true });
};

type Scene = Pick<Context, 'world' | 'published' | 'past'>;

const answerOf = ({ world, published, past }: Scene, request: Request, path: string): unknown => {
  checkMethod(request);
  const found = find(request.method, path, world.plan.major);
  const open = found?.route.open === true;
  const caller: Caller = open ? { user: 'nobody', token: undefined } : identify(world, request);
  if (!found) throw new Refusal(501, `Method '${request.method} ${path}' not implemented`);
  const { route, at } = found;
  checkRights(caller, route, at);
  if (!own(route)) reachNode(world, at.node as string);
  const given = readParameters(route.parameters, { ...request.query, ...request.form });
  const via = request.via ?? world.plan.nodes.find((node) => isOnline(world, node.name))?.name ?? '';
  return route.answer({ world, caller, at, given, via, published, past });
};

const isStart = (path: string): RegExpExecArray | null => /^\/nodes\/[^/]+\/(?:qemu|lxc)\/(\d+)\/migrate$/.exec(path);

/** The answer of a start that was carried out may be lost on its way. */
const lose = (world: World, request: Request, path: string): Of<'lost_answer'> | undefined => {
  const vmid = Number(request.method === 'POST' && isStart(path)?.[1]);
  const guest = world.guests.get(vmid);
  if (!guest) return undefined;
  const node = nodeOf(guest);
  const target = request.form?.target ?? '';
  return strike(
    world,
    'lost_answer',
    (f) => (f.vmid ?? vmid) === vmid && (f.node ?? node) === node && (f.target ?? target) === target,
  );
};

const HOUR_MS = 3_600_000;

/** What comes back instead of the answer of a start. */
const unheard = ({ how, delay_ms }: Of<'lost_answer'>, { nothing, key }: { nothing: Answer; key: number }): Answer => {
  if (how === 'cut') return nothing;
  if (how === 'silence') return { ...nothing, delay_ms: HOUR_MS };
  if (how === 'empty') return accepted(null, key);
  return refused(new Refusal(596, 'Connection timed out', { bare: true, delay_ms }), key);
};

/** Answers one request as the cluster would at its present moment; nothing waits, delays are part of the answer, and so is the clock. */
export const handleRequest = (scene: Scene, request: Request): Answer => {
  const answer = respond(scene, request);
  const clock = { 'x-simulator-time': String(Math.round(scene.world.now)), 'x-simulator-speed': '1' };
  return { ...answer, headers: { ...answer.headers, ...clock } };
};

const respond = (scene: Scene, request: Request): Answer => {
  const { world } = scene;
  const key = mix(world.plan.key, ++world.answers);
  const path = request.path.replace(/^\/api2\/(json|extjs)/, '').replace(/\/+$/, '') || '/';
  const meets = reaches(request, path);
  const slow = strike(world, 'slow', meets)?.delay_ms ?? 0;
  const cut = strike(world, 'cut', meets);
  const nothing: Answer = { status: 0, reason: '', headers: {}, body: '', delay_ms: slow, cut: true };
  if ((cut && !cut.carry_out) || (request.via && !isOnline(world, request.via))) return nothing;
  const error = strike(world, 'error', meets);
  try {
    if (error) throw new Refusal(error.status, error.message, { bare: error.status > 590 });
    const answer = accepted(garble(world, path, answerOf(scene, request, path)), key);
    const lost = lose(world, request, path);
    if (cut) return nothing;
    return lost ? unheard(lost, { nothing, key }) : { ...answer, delay_ms: slow };
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    const answer = refused(problem, key);
    return { ...answer, delay_ms: answer.delay_ms + slow };
  }
};
