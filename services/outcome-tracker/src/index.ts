export { outcomeTracker } from './service.ts';
