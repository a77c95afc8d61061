/** The command that asks a running demo for its reasons, ready to be pasted into another terminal; in memory nobody else can ask. */
export const howToAsk = (nats_url: string, cluster: string): string[] =>
  nats_url === 'memory:'
    ? []
    : [
        `Ask it why, in another terminal: EVENKEEL_NATS_URL=${nats_url} npm run --silent evenkeel -- explain --cluster ${cluster}`,
      ];
