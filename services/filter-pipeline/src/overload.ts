import type { Candidate, FilterContext } from './filter.ts';
import { effectOn } from './loads.ts';
import { percent } from './quote.ts';

/** What of the target would be over its cap after the move, moves in flight and accepted before it included; undefined where nothing. */
export function overload({ recommendation }: Candidate, context: FilterContext): string | undefined {
  const { max_node_cpu_percent, max_node_memory_percent } = context.config.automated_migrations.safety_checks;
  const after = effectOn(context.loads, recommendation, context.config.penalty_config).target_after;
  const over = [
    { what: 'CPU', value: after.cpu, cap: max_node_cpu_percent / 100 },
    { what: 'memory', value: after.mem, cap: max_node_memory_percent / 100 },
  ].find(({ value, cap }) => !(value <= cap));
  if (!over) return undefined;
  return `${recommendation.target_node} would be at ${percent(over.value)} ${over.what}, at most ${percent(over.cap)}`;
}
