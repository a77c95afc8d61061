/** Retention classes: telemetry is short-lived, decisions are what others subscribe to, commands come in, dead is what could not be handled. */
export const streams = {
  telemetry: {
    name: 'EVENKEEL_TELEMETRY',
    subjects: ['evenkeel.v1.telemetry.>'],
    max_age_seconds: 6 * 3600,
    gzip: true,
  },
  decisions: {
    name: 'EVENKEEL_DECISIONS',
    subjects: ['evenkeel.v1.decisions.>'],
    max_age_seconds: 90 * 86400,
    gzip: false,
  },
  commands: {
    name: 'EVENKEEL_COMMANDS',
    subjects: ['evenkeel.v1.commands.>'],
    max_age_seconds: 7 * 86400,
    gzip: false,
  },
  dead: { name: 'EVENKEEL_DEAD', subjects: ['evenkeel.v1.dead.>'], max_age_seconds: 30 * 86400, gzip: false },
} as const;

export type StreamClass = keyof typeof streams;

/** One token of a subject: anything outside [A-Za-z0-9-] becomes `_XX` (hex of its bytes), so that two ids never meet. */
export function token(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/gu, (c) =>
    [...new TextEncoder().encode(c)].map((b) => `_${b.toString(16).padStart(2, '0')}`).join(''),
  );
}

/** `evenkeel.v1.<class>.<cluster>.<event.name>[.<id>]`; decisions and commands carry their id, so each has a subject of its own. */
export function subjectOf(event: { stream: StreamClass; name: string }, cluster: string, id: string): string {
  const base = `evenkeel.v1.${event.stream}.${token(cluster)}.${event.name}`;
  return event.stream === 'telemetry' ? base : `${base}.${token(id)}`;
}

/** Where an event is said again to one service only, under an id of its own; `*` stands for all of these. */
export function replaySubjectOf(to: { stream: StreamClass; service: string; cluster: string }, id: string): string {
  const last = id === '*' ? id : token(id);
  return `evenkeel.v1.${to.stream}.${token(to.cluster)}.replayed.${token(to.service)}.${last}`;
}

/** The subjects of every event of this name in a cluster. */
export function filterOf(event: { stream: StreamClass; name: string }, cluster: string): string {
  const base = `evenkeel.v1.${event.stream}.${token(cluster)}.${event.name}`;
  return event.stream === 'telemetry' ? base : `${base}.*`;
}
