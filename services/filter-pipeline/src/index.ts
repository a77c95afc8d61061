export { filterPipeline } from './service.ts';
