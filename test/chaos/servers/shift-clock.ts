/** Loaded before a program (`--import`): the clock of its machine is off by EVENKEEL_TEST_CLOCK_S seconds. */
const off_ms = 1000 * Number(process.env.EVENKEEL_TEST_CLOCK_S);
const Right = Date;
const now = (): number => Right.now() + off_ms;

globalThis.Date = new Proxy(Right, {
  apply: () => new Right(now()).toString(),
  construct: (_, args, target) =>
    Reflect.construct(Right, args.length === 0 ? [now()] : args, target === globalThis.Date ? Right : target),
  get: (_, name) => (name === 'now' ? now : Reflect.get(Right, name)),
});
