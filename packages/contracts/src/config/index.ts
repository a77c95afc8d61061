export { type Advice, adviceOf, advise } from './advise.ts';
export { days, type ScheduleWindow } from './automated-migrations.ts';
export { type ClusterConfig, Config, type ConfigInput } from './config.ts';
export { configFor } from './config-for.ts';

export { configSchema, describeAllowed, listOptions, type Option, optionAt, type PathKey } from './option.ts';
export { apiOf, originOf } from './origin-of.ts';
export { type ParsedConfig, parseConfig } from './parse-config.ts';
export type { PlacementRule } from './placement-rule.ts';
export { recommended } from './presets.ts';
export { formatProblems, type Problem } from './problem.ts';
export type { Change } from './proxbalance/draft.ts';
export { formatChanges, importProxBalance } from './proxbalance/import-proxbalance.ts';
export { warnOf } from './warn-of.ts';
