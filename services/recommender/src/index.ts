export { recommender } from './service.ts';
