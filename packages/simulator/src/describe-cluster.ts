import { type Description, type DescriptionInput, descriptionSchema } from './description.ts';
import { DescriptionError, problemsOf } from './problems.ts';

/** A description with everything that it leaves out, or a DescriptionError that says all that is wrong. */
export const describeCluster = (input: DescriptionInput): Description => {
  const parsed = descriptionSchema.safeParse(input);
  if (!parsed.success) throw new DescriptionError(problemsOf(parsed.error));
  return parsed.data;
};
