import {
  type Answer,
  type Certificate,
  createClock,
  createSimulator,
  type DescriptionInput,
  type Request,
  type Simulator,
  serve,
} from '@evenkeel/simulator';

/** `at` is the time of the cluster. */
export type Written = { at: number; method: string; path: string; target: string | undefined; status: number };

/** A simulated cluster in this process that can go away and come back with all that happened meanwhile. */
export type OpenedCluster = {
  simulator: Simulator;
  /** Every request so far that was not for reading, and how it was answered. */
  writes: Written[];
  /** Is called with each request before it is answered, by whoever listens last. */
  listen: (hear: (request: Request) => void) => void;
  port: number;
  fingerprint: string;
  certificate: Certificate;
  /** Lets so many seconds of the cluster pass at once. */
  skip: (seconds: number) => Promise<void>;
  leave: () => Promise<void>;
  comeBack: () => Promise<void>;
  close: () => Promise<void>;
};

export async function openCluster(
  description: DescriptionInput,
  speed: number,
  tls: { expired?: boolean } = {},
  { tells_time = true }: { tells_time?: boolean } = {},
): Promise<OpenedCluster> {
  const simulator = createSimulator(description, { start: Date.now() });
  const writes: Written[] = [];
  let hear: (request: Request) => void = () => {};
  const handle = (request: Request): Answer => {
    hear(request);
    const answer = simulator.handle(request);
    const { method, path, form } = request;
    if (method !== 'GET')
      writes.push({ at: simulator.now(), method, path, target: form?.target, status: answer.status });
    return answer;
  };
  const heard = { ...simulator, handle };
  const clock = createClock(simulator, speed);
  let served = await serve(heard, { clock, tls, tells_time });
  const { port, fingerprint, certificate } = served;
  return {
    simulator,
    writes,
    listen: (listener) => {
      hear = listener;
    },
    port,
    fingerprint,
    certificate,
    skip: async (seconds) => clock.skip(1_000 * seconds),
    leave: () => served.close(),
    comeBack: async () => {
      served = await serve(heard, { clock, port, tells_time, tls: { certificate } });
    },
    close: async () => {
      clock.stop();
      await served.close();
    },
  };
}
