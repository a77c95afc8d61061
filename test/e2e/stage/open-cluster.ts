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
