import {
  type Certificate,
  createClock,
  createSimulator,
  type DescriptionInput,
  type Simulator,
  serve,
} from '@evenkeel/simulator';

/** A simulated cluster in this process that can go away and come back with all that happened meanwhile. */
export type OpenedCluster = {
  simulator: Simulator;
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
): Promise<OpenedCluster> {
  const simulator = createSimulator(description, { start: Date.now() });
  const clock = createClock(simulator, speed);
  let served = await serve(simulator, { clock, tls });
  const { port, fingerprint, certificate } = served;
  return {
    simulator,
    port,
    fingerprint,
    certificate,
    skip: async (seconds) => clock.skip(1_000 * seconds),
    leave: () => served.close(),
    comeBack: async () => {
      served = await serve(simulator, { clock, port, tls: { certificate } });
    },
    close: async () => {
      clock.stop();
      await served.close();
    },
  };
}
