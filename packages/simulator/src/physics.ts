/**
 * What a migration goes through. live: start → disks → memory → switch → finish; restart (containers): start → stop → disks → boot
 * → finish; offline: start → disks → finish.
 */
export type Phase = 'start' | 'stop' | 'disks' | 'memory' | 'switch' | 'boot' | 'finish' | 'over';

/** Seconds and bytes throughout. */
export type Course = {
  kind: 'live' | 'restart' | 'offline';
  phase: Phase;
  /** Seconds left of a timed phase, or bytes left of the disks or of the round. */
  left: number;
  elapsed: number;
  phase_elapsed: number;
  disks: number;
  /** Resident memory: what the first round sends. */
  memory: number;
  /** Bytes dirtied a second, and the most that can be dirty at once. */
  dirty: number;
  working_set: number;
  start_s: number;
  stop_s: number;
  boot_s: number;
  finish_s: number;
  resume_s: number;
  /** The stop that is allowed; doubles when the transfer makes no progress. */
  downtime_limit: number;
  round: number;
  round_elapsed: number;
  sent: number;
  next_poll: number;
  last_left: number | undefined;
  stuck: number;
  /** Seconds that the guest stood still. */
  downtime: number;
};

export type Note =
  | { kind: 'entered'; phase: Phase }
  | { kind: 'polled'; left: number; sent: number }
  | { kind: 'downtime_doubled'; seconds: number }
  | { kind: 'round'; round: number; left: number };

const MOST_DOWNTIME = 2000;
const POLLS_WITHOUT_PROGRESS = 6;

type Begin = Pick<Course, 'kind' | 'disks' | 'memory' | 'dirty' | 'working_set'> &
  Partial<Pick<Course, 'start_s' | 'stop_s' | 'boot_s' | 'finish_s' | 'resume_s' | 'downtime_limit'>>;

/** A migration about to begin. */
export const beginCourse = (begin: Begin): Course => ({
  start_s: 0,
  stop_s: 0,
  boot_s: 0,
  finish_s: 0,
  resume_s: 0,
  downtime_limit: 0.1,
  ...begin,
  phase: 'start',
  left: begin.start_s ?? 0,
  elapsed: 0,
  phase_elapsed: 0,
  round: 0,
  round_elapsed: 0,
  sent: 0,
  next_poll: 1,
  last_left: undefined,
  stuck: 0,
  downtime: 0,
});

/** Whether the phase moves bytes over the link. */
export const usesLink = (course: Course): boolean => course.phase === 'disks' || course.phase === 'memory';

/** Seconds until something happens, at this rate (bytes a second). */
export const untilNext = (course: Course, rate: number): number => {
  if (course.phase === 'over') return Number.POSITIVE_INFINITY;
  if (!usesLink(course)) return course.left;
  const sending = rate > 0 ? course.left / rate : Number.POSITIVE_INFINITY;
  return course.phase === 'memory' ? Math.min(sending, Math.max(0, course.next_poll - course.phase_elapsed)) : sending;
};

const enter = (course: Course, phase: Phase, left: number, notes: Note[]): Course => {
  notes.push({ kind: 'entered', phase });
  return { ...course, phase, left, phase_elapsed: 0 };
};

const enterMemory = (course: Course, notes: Note[]): Course => ({
  ...enter(course, 'memory', course.memory, notes),
  round: 1,
  round_elapsed: 0,
});

/** What follows a phase that has come to its end. */
const proceed = (course: Course, rate: number, notes: Note[]): Course => {
  const toDisks = (c: Course): Course =>
    c.disks > 0 ? enter(c, 'disks', c.disks, notes) : proceed({ ...c, phase: 'disks' }, rate, notes);
  switch (course.phase) {
    case 'start':
      return course.kind === 'restart' ? enter(course, 'stop', course.stop_s, notes) : toDisks(course);
    case 'stop':
      return toDisks(course);
    case 'disks':
      if (course.kind === 'live') return enterMemory(course, notes);
      return course.kind === 'restart'
        ? enter(course, 'boot', course.boot_s, notes)
        : enter(course, 'finish', course.finish_s, notes);
    case 'memory':
      return endRound(course, rate, notes);
    case 'switch':
    case 'boot':
      return enter(course, 'finish', course.finish_s, notes);
    default:
      return enter(course, 'over', 0, notes);
  }
};

/** The round is sent: what was dirtied meanwhile either fits the permitted stop or is the next round. */
const endRound = (course: Course, rate: number, notes: Note[]): Course => {
  const left = Math.min(course.working_set, course.memory, course.dirty * course.round_elapsed);
  if (left <= rate * course.downtime_limit) {
    const stop = (rate > 0 ? left / rate : 0) + course.resume_s;
    return enter({ ...course, sent: course.sent + left }, 'switch', stop, notes);
  }
  notes.push({ kind: 'round', round: course.round + 1, left });
  return { ...course, left, round: course.round + 1, round_elapsed: 0 };
};

/** Proxmox looks once a second; after six looks without progress it permits twice the stop. */
const poll = (course: Course, notes: Note[]): Course => {
  notes.push({ kind: 'polled', left: course.left, sent: course.sent });
  const stuck = course.last_left !== undefined && course.left >= course.last_left - 1 ? course.stuck + 1 : course.stuck;
  const next = { ...course, next_poll: course.next_poll + 1, last_left: course.left };
  if (stuck < POLLS_WITHOUT_PROGRESS) return { ...next, stuck };
  const seconds = Math.min(MOST_DOWNTIME, course.downtime_limit * 2);
  notes.push({ kind: 'downtime_doubled', seconds });
  return { ...next, stuck: 0, downtime_limit: seconds };
};

const stands = (phase: Phase): boolean => phase === 'switch' || phase === 'stop' || phase === 'boot';

/** Lets time pass: at most `untilNext` seconds at a time, at a rate in bytes a second. Says what happened at the end of it. */
export const stepCourse = (course: Course, seconds: number, rate: number): { course: Course; notes: Note[] } => {
  const notes: Note[] = [];
  const moved = usesLink(course) ? Math.min(course.left, rate * seconds) : 0;
  const still = stands(course.phase) || (course.kind === 'restart' && course.phase === 'disks');
  let next: Course = {
    ...course,
    left: Math.max(0, course.left - (usesLink(course) ? moved : seconds)),
    elapsed: course.elapsed + seconds,
    phase_elapsed: course.phase_elapsed + seconds,
    round_elapsed: course.round_elapsed + seconds,
    sent: course.sent + (course.phase === 'memory' ? moved : 0),
    downtime: course.downtime + (still ? seconds : 0),
  };
  if (next.phase === 'memory' && next.phase_elapsed >= next.next_poll - 1e-9) next = poll(next, notes);
  const done = usesLink(next) ? next.left < 1 : next.left < 1e-9;
  if (done && next.phase !== 'over') next = proceed(next, rate, notes);
  return { course: next, notes };
};

export type Stream = { source: string; target: string; limit: number };

/**
 * Bytes a second for each stream: those at a node share its link equally, and what one cannot use, because its other end or its own
 * limit holds it back, the others get.
 */
export const shareLinks = (streams: Stream[], link: (node: string) => number): number[] => {
  const rates = new Map<Stream, number>();
  const left = new Map(streams.flatMap(({ source, target }) => [source, target]).map((node) => [node, link(node)]));
  let open = streams;
  while (open.length > 0) {
    const users = new Map<string, number>();
    for (const s of open) for (const node of [s.source, s.target]) users.set(node, (users.get(node) ?? 0) + 1);
    const part = (node: string) => Math.max(0, left.get(node) ?? 0) / (users.get(node) ?? 1);
    const fair = (s: Stream) => Math.min(s.limit, part(s.source), part(s.target));
    const least = Math.min(...open.map(fair));
    const settled = open.filter((s) => fair(s) <= least);
    for (const s of settled) {
      rates.set(s, least);
      for (const node of [s.source, s.target]) left.set(node, (left.get(node) ?? 0) - least);
    }
    open = open.filter((s) => !rates.has(s));
  }
  return streams.map((s) => rates.get(s) ?? 0);
};
