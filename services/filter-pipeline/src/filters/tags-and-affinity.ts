import { type Filter, filtered, passed } from '../filter.ts';
import { ruleObjection } from '../rule-objection.ts';

/** What administrators have said about a guest is never overruled. */
export const tagsAndAffinity: Filter = (candidate, context) => {
  const objection = ruleObjection(candidate, context);
  return objection ? filtered(objection) : passed('no tag, pool or rule objects');
};
