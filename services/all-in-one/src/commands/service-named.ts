import type { Service } from '@evenkeel/runtime';
import { services } from '../services.ts';
import { UsageError } from './fail.ts';

/** The service of this name as somebody typed it; UsageError that tells which there are. */
export function serviceNamed(name: string): Service {
  const service = services.find((one) => one.name === name);
  if (service) return service;
  throw new UsageError(`no service ${JSON.stringify(name)}; there are ${services.map((one) => one.name).join(', ')}`);
}
