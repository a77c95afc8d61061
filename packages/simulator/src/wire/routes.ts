import { issueTicket, permissionsOf } from './access.ts';
import { agentRoutes } from './agent.ts';
import { clusterRoutes } from './cluster.ts';
import { guestRoutes } from './guests.ts';
import { haRoutes } from './ha.ts';
import { migrateRoutes } from './migrate.ts';
import { nodeRoutes } from './nodes.ts';
import type { Route } from './route.ts';
import { taskRoutes } from './tasks.ts';
import { volumeRoutes } from './volumes.ts';

const accessRoutes: Route[] = [
  {
    method: 'GET',
    path: '/access/permissions',
    parameters: { path: { type: 'string', optional: true }, userid: { type: 'string', optional: true } },
    answer: ({ world, caller, given }) => permissionsOf(world, caller, given.path as string | undefined),
  },
  {
    method: 'POST',
    path: '/access/ticket',
    open: true,
    parameters: {
      username: { type: 'string' },
      password: { type: 'string' },
      realm: { type: 'string', optional: true },
      'new-format': { type: 'boolean', optional: true },
    },
    answer: ({ world, given }) => {
      const name = String(given.username);
      return issueTicket(world, name.includes('@') ? name : `${name}@${given.realm ?? 'pam'}`, String(given.password));
    },
  },
];

/** Every call that is simulated, under the path that Proxmox's schema gives it. */
export const routes: Route[] = [
  ...clusterRoutes,
  ...nodeRoutes,
  ...volumeRoutes,
  ...guestRoutes,
  ...agentRoutes,
  ...migrateRoutes,
  ...taskRoutes,
  ...haRoutes,
  ...accessRoutes,
];
