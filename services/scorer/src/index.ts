export { scorer } from './service.ts';
