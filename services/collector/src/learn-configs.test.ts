import { expect, it } from 'vitest';
import { learnConfigs } from './learn-configs.ts';
import { guestRow } from './testing/rows.ts';

const at = { now_s: 1_800_000_000, shared: new Set(['ceph']) };
const guest = guestRow();
const config = { meta: 'ctime=1700000000', scsi0: 'ceph:vm-100-disk-0,size=1G' };
const read = (differs: object = {}) => ({ guest, config, snapshots_with_state: false, ...differs });
const done = (facts: ReturnType<typeof learnConfigs>) =>
  Object.fromEntries(Object.entries(facts).map(([id, f]) => [id, { ...f, past: { done: true, tries: 2 } }]));

it('knows a guest by its configuration', () => {
  const facts = learnConfigs([guest], {}, [read()], at);
  expect(facts['qemu/100']).toMatchObject({
    tried_at: at.now_s,
    known: { identity: 'ctime-1700000000', constraints: { storages: ['ceph'] } },
    past: { done: false },
  });
});

it('keeps what it knew where a configuration cannot be read', () => {
  const before = done(learnConfigs([guest], {}, [read()], at));
  const after = learnConfigs([guest], before, [read({ config: undefined })], { ...at, now_s: at.now_s + 9 });
  expect(after['qemu/100']).toEqual({ ...before['qemu/100'], tried_at: at.now_s + 9 });
});

it('keeps the identity through a move and a new name, and reads the past of another guest anew', () => {
  const before = done(learnConfigs([guest], {}, [read({ config: { net0: 'virtio=BC:24:11:00:00:01' } })], at));
  const moved = guestRow({ node: 'n2', name: 'other' });
  const [known] = Object.values(
    learnConfigs(
      [moved],
      before,
      [read({ guest: moved, config: { net0: 'virtio=BC:24:11:00:00:01', cpu: 'host' } })],
      at,
    ),
  );
  expect(known).toMatchObject({
    known: { identity: 'mac-BC:24:11:00:00:01', constraints: { cpu_type: 'host' } },
    past: { done: true },
  });
  const [other] = Object.values(
    learnConfigs([guest], before, [read({ config: { net0: 'virtio=BC:24:11:00:00:02' } })], at),
  );
  expect(other).toMatchObject({ known: { identity: 'mac-BC:24:11:00:00:02' }, past: { done: false, tries: 0 } });
});

it('forgets guests that are gone', () => {
  expect(learnConfigs([], learnConfigs([guest], {}, [read()], at), [], at)).toEqual({});
});
