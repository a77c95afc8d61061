import type { MemoryBus } from '@evenkeel/bus';
import { migrationApproved } from '@evenkeel/contracts';
import { cluster } from '../one-process/replica.ts';
import { tellPoison } from '../one-process/tell.ts';

type How = Parameters<typeof tellPoison>[0];

const telemetry = ['cluster.sampled', 'cluster.profiled', 'cluster.scored', 'recommendations.generated'];

/** Says what was said last once more, and says what nobody can make sense of; `poisons` are the ids of the latter. */
export function createAgain(bus: MemoryBus, expectEcho: (id: string) => void) {
  const poisons: string[] = [];
  let echoes = 0;
  const echo = async (): Promise<void> => {
    const n = ++echoes;
    for (const name of telemetry) {
      const last = await bus.last('telemetry', `evenkeel.v1.telemetry.${cluster}.${name}`);
      if (last) await bus.publish({ stream: 'telemetry', ...last, once: false, message_id: `echo/${n}/${name}` });
    }
    const all = await Array.fromAsync(bus.read('decisions', ['evenkeel.v1.decisions.>']));
    for (const { subject, event } of all.slice(-20).filter(({ event }) => !event.id.startsWith('poison/'))) {
      expectEcho(event.id);
      await bus.publish({ stream: 'decisions', subject, event, once: false, message_id: `echo/${n}/${event.id}` });
    }
  };
  const poison = async (how: How): Promise<void> => {
    const { stream } = migrationApproved;
    const like = await bus.last(stream, `evenkeel.v1.decisions.${cluster}.migration.approved.>`);
    if (!like) return;
    const nth = poisons.length + 1;
    poisons.push(`poison/${nth}`);
    await bus.publish(tellPoison(how, { stream, subject: like.subject, event: like.event, once: false }, nth));
  };
  return { echo, poison, poisons };
}
