/** Whether a subject falls under a NATS filter: `*` stands for one token, a closing `>` for one or more. */
export function subjectMatches(filter: string, subject: string): boolean {
  if (filter === subject) return true;
  const wanted = filter.split('.');
  const given = subject.split('.');
  for (const [index, part] of wanted.entries()) {
    if (part === '>') return given.length > index;
    if (given[index] === undefined || (part !== '*' && part !== given[index])) return false;
  }
  return wanted.length === given.length;
}

/** One test for several filters; an empty list lets every subject through. */
export function subjectFilter(filters: readonly string[]): (subject: string) => boolean {
  if (filters.length === 0) return () => true;
  const exact = new Set(filters);
  const wild = filters.filter((filter) => /[*>]/u.test(filter));
  return (subject) => exact.has(subject) || wild.some((filter) => subjectMatches(filter, subject));
}
