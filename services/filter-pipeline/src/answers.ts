import type { Answer, answers, Config, Recommendation, ValueOf } from '@evenkeel/contracts';
import { byText, iso, millis, minutes } from '@evenkeel/model';

/** By guest. */
export type Answers = Readonly<Record<string, Answer>>;

const most = 200;

/** How long what somebody said holds, milliseconds: an approval as long as any, a rejection at least as long as a move would keep the guest at rest. */
const lasts = ({ answer }: Answer, { automated_migrations: { rules } }: Config): number =>
  minutes(
    answer === 'approve'
      ? rules.approval_expiry_minutes
      : Math.max(rules.cooldown_minutes, rules.approval_expiry_minutes),
  );

const endOf = (answer: Answer, config: Config): number => millis(answer.at) + lasts(answer, config);

/** Until when what somebody said now holds. */
export const holdsUntil = (answer: Answer, config: Config): string => iso(endOf(answer, config));

/** What is known with one more answer: the latest of each guest, without those that no longer hold. */
export function rememberAnswer(
  known: ValueOf<typeof answers> | undefined,
  answer: Answer,
  { now, config }: { now: number; config: Config },
): ValueOf<typeof answers> {
  const all = Object.values({ ...known?.entries, [answer.guest]: answer });
  const kept = all
    .filter((a) => now <= endOf(a, config))
    .sort((a, b) => byText(b.at, a.at) || byText(a.guest, b.guest))
    .slice(0, most)
    .sort((a, b) => byText(a.guest, b.guest));
  return { entries: Object.fromEntries(kept.map((a) => [a.guest, a])) };
}

type Occasion = { answers: Answers; now: number; config: Config };

/** Who approved this move, or one that it goes along with; undefined where nobody did, or not lately. */
export function approver(
  { guest, companions, source_node, target_node, exchange }: Recommendation,
  { answers, now, config }: Occasion,
): string | undefined {
  return [guest, ...companions, ...(exchange ? [exchange.with.guest] : [])]
    .flatMap((id) => answers[id] ?? [])
    .find(
      (a) =>
        a.answer === 'approve' &&
        a.target_node === (a.guest === exchange?.with.guest ? exchange.with.target_node : target_node) &&
        (a.guest !== guest || a.source_node === source_node) &&
        now <= endOf(a, config),
    )?.by;
}

/** Why a guest is left alone because somebody said so, or undefined. */
export function rejection(guest: string, { answers, now, config }: Occasion): string | undefined {
  const said = answers[guest];
  if (said?.answer !== 'reject' || now > endOf(said, config)) return undefined;
  const why = said.reason && `: ${said.reason}`;
  return `rejected by ${said.by} at ${said.at}${why}; it is left alone until ${iso(endOf(said, config))}`;
}
