import { z } from 'zod';
import type { NodeStatus } from '../port.ts';
import { flag, looseText, num, requiredNum, requiredText, text } from './values.ts';

const cpuinfo = z.object({ cpus: requiredNum(65_536), model: text, vendor: text, flags: looseText });
const memory = z.object({ total: requiredNum(), used: requiredNum() });

export const nodeStatusAnswer = z
  .object({ cpu: requiredNum(64), wait: num(64), cpuinfo, memory, pveversion: text })
  .transform(
    (answer): NodeStatus => ({
      cpu: answer.cpu,
      wait: answer.wait ?? 0,
      cpu_model: answer.cpuinfo.model,
      cpu_vendor: answer.cpuinfo.vendor,
      cpu_flags: answer.cpuinfo.flags,
      threads: answer.cpuinfo.cpus,
      memory_total: answer.memory.total,
      memory_used: answer.memory.used,
      pve_version: answer.pveversion,
    }),
  );

/** Seconds since 1970, as milliseconds. */
export const nodeTimeAnswer = z.object({ time: requiredNum() }).transform(({ time }) => 1_000 * time);

/** The configuration of a guest: keys to strings, whatever Proxmox writes them as; undefined where it is no object. */
export function decodeGuestConfig(data: unknown): Record<string, string> | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const said = Object.entries(data).filter(([, value]) => typeof value === 'string' || Number.isFinite(value));
  return Object.fromEntries(said.map(([key, value]) => [key, String(value)]));
}

export const snapshotRow = z.object({ name: requiredText, vmstate: flag(false) });
