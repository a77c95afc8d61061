import { z } from 'zod';
import type { Replication, VolumeRow } from '../port.ts';
import { num, requiredNum, requiredText } from './values.ts';

const vmid = 999_999_999;

export const volumeRow = z
  .object({ volid: requiredText, vmid: num(vmid), size: num() })
  .transform(({ volid, vmid, size }): VolumeRow => ({ volume: volid, vmid, bytes: size }));

export const replicationRow = z
  .object({ guest: requiredNum(vmid), target: requiredText })
  .transform(({ guest, target }): Replication => ({ vmid: guest, target }));
