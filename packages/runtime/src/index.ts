export * from './define-service.ts';
