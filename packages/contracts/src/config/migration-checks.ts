import { z } from 'zod';
import { bool, float, int } from './section.ts';

const host = z
  .string()
  .regex(
    /^([A-Za-z0-9.:-]|\{name\})+$/,
    'a host name or address without a port; {name} stands for the name of the guest',
  );

const guests = z
  .array(z.string().min(1))
  .min(1)
  .describe(
    'Guests by name, vmid, id or `tag:<tag>`, also as `cluster/name`; `*` stands for anything. The first probe that names a guest is its.',
  );

const tcpProbe = z.strictObject({
  guests,
  host: host.default('{name}').describe('Where the guest listens; `{name}` stands for its name.'),
  port: z.int().min(1).max(65_535).describe('TCP port that accepts a connection while the guest is well.'),
});

const pingProbe = z.strictObject({
  guests,
  host: host
    .default('{name}')
    .describe('What answers pings (ICMP echo) while the guest is well; `{name}` stands for its name.'),
});

/** How the executor tells whether a guest came through its move, and what it does where it did not. */
export const migrationChecks = z
  .strictObject({
    guest_agent: bool(
      true,
      'Ask the guest agent before and after a move whether the guest responds, where it has one and the write token may.',
    ),
    tcp_probes: z
      .array(tcpProbe)
      .default([])
      .describe('Ports to connect to before and after a move, without sending anything; none by default.'),
    ping_probes: z
      .array(pingProbe)
      .default([])
      .describe(
        'Guests to ping before and after a move that no TCP probe names; none by default. Needs the command `ping` where the executor runs.',
      ),
    probe_timeout_seconds: float(
      3,
      0.5,
      10,
      'Seconds in which a probed port must accept a connection, or a ping be answered.',
    ),
    automatic_rollback: bool(
      true,
      'Move a guest back where a rollback condition of its plan holds and the way back is safe.',
    ),
    max_pause_seconds: int(
      10,
      1,
      600,
      'A live migration is stopped once Proxmox has to let it pause the guest for longer, seconds.',
    ),
    max_sent_factor: float(
      6,
      1.5,
      100,
      'A live migration is stopped once it has sent so many times what there is to send, which a guest keeps overwriting.',
    ),
  })
  .prefault({});
