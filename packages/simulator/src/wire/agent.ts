import { segmentAt } from '../world.ts';
import { may } from './access.ts';
import { died, Refusal } from './answer.ts';
import { guestAt } from './guests.ts';
import type { Context, Route } from './route.ts';

const rights = { 8: ['VM.Monitor'], 9: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'] };

/** What the agent inside a guest says it can do; it answers in every running guest whose configuration has one. */
const info = (context: Context): unknown => {
  const { world, caller, at } = context;
  const any = rights[world.plan.major];
  if (!any.some((right) => may(caller, `/vms/${at.vmid}`, right)))
    throw new Refusal(403, `Permission check failed (/vms/${at.vmid}, ${any.join('|')})`);
  const guest = guestAt(context, 'qemu');
  const { plan } = guest;
  const configured = String(plan.config.agent ?? 'enabled=1');
  if (!/^(enabled=)?1/.test(configured)) throw died('No QEMU guest agent configured');
  if (!segmentAt(guest, world.now).running) throw died(`VM ${plan.vmid} is not running`);
  return { result: { version: '9.2.0', supported_commands: [{ name: 'guest-ping', enabled: true }] } };
};

export const agentRoutes: Route[] = [
  { method: 'GET', path: '/nodes/{node}/qemu/{vmid}/agent/info', parameters: {}, answer: info },
];
