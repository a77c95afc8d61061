import { expect, it } from 'vitest';
import { haRules } from './ha-rules.ts';

const apart = {
  rule: 'apart',
  type: 'resource-affinity',
  resources: ['vm:100', 'ct:101'],
  affinity: 'negative',
  disabled: false,
};

it.each([
  { name: 'a whole rule', row: apart, problems: [] },
  {
    name: 'a member that is no guest',
    row: { ...apart, resources: ['vm:100', 'vm101; x'] },
    problems: ['HA rule apart could not be read wholly: of its resources 1 is no guest.'],
  },
  {
    name: 'neither together nor apart',
    row: { ...apart, affinity: 'sideways' },
    problems: ['HA rule apart could not be read wholly: it is neither positive nor negative.'],
  },
  { name: 'one that is off', row: { ...apart, affinity: undefined, disabled: true }, problems: [] },
])('$name', ({ row, problems }) => {
  expect(haRules([row]).problems).toEqual(problems);
});
