import { readDescription } from './read-description.ts';
import { type Served, type ServeOptions, serve } from './serve.ts';
import { createSimulator } from './simulator.ts';

export type ServeFileOptions = ServeOptions & {
  seed?: number;
  /** Epoch ms at which the cluster begins; `now` is the present. */
  start?: number | 'now';
};

/** Serves the cluster that a YAML file describes. Throws a DescriptionError where it does not fit. */
export const serveFile = async (path: string, options: ServeFileOptions = {}): Promise<Served> => {
  const { seed, start, ...rest } = options;
  const { description, traces } = await readDescription(path);
  const simulator = createSimulator(description, {
    traces,
    ...(seed === undefined ? {} : { seed }),
    ...(start === undefined ? {} : { start: start === 'now' ? Date.now() : start }),
  });
  return serve(simulator, { ...rest, tls: { names: description.nodes.map((node) => node.name), ...rest.tls } });
};
