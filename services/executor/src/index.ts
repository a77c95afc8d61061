export { createExecutor, type ExecutorOptions, executor } from './service.ts';
