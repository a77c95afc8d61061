export { days, type ScheduleWindow } from './automated-migrations.ts';
export { type ClusterConfig, Config, type ConfigInput } from './config.ts';
export { recommended } from './presets.ts';
