import pino from 'pino';
import type { Log } from './define-service.ts';

const secret = ['token', 'authorization', 'password', 'secret', 'headers.authorization'];

/** One JSON object a line on stderr, so that stdout stays free for what a command prints. */
export function createLog(level: string, bindings: Record<string, string>): Log & { child: (b: object) => Log } {
  const root = pino(
    {
      level,
      base: bindings,
      messageKey: 'msg',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...secret, ...secret.map((s) => `*.${s}`)], censor: '[redacted]' },
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return root as unknown as Log & { child: (b: object) => Log };
}
