import type { OutcomeVerdict } from '@evenkeel/contracts';

/** What a judged move says of the chance that confidence is: 1 where it was beneficial, 0 where what it brought is lost in the noise or did harm. */
export const benefitOf = (verdict: OutcomeVerdict): 0 | 1 => (verdict === 'beneficial' ? 1 : 0);
