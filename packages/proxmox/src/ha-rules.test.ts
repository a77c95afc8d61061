import { expect, it } from 'vitest';
import { haRules } from './ha-rules.ts';
import type { HaRuleRow } from './port.ts';

const apart = {
  rule: 'apart',
  type: 'resource-affinity',
  resources: ['vm:100', 'ct:101'],
  affinity: 'negative',
  disabled: false,
};

const aboutNodes = { rule: 'home', type: 'node-affinity', resources: ['vm:100'], nodes: { n1: 0 }, disabled: false };

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
  { name: 'a whole rule about nodes', row: aboutNodes, problems: [] },
  { name: 'one that keeps guests off nodes', row: { ...aboutNodes, affinity: 'negative' }, problems: [] },
  {
    name: 'neither on nodes nor off them',
    row: { ...aboutNodes, affinity: 'sideways' },
    problems: ['HA rule home could not be read wholly: it is neither positive nor negative.'],
  },
  { name: 'one that is off', row: { ...apart, affinity: undefined, disabled: true }, problems: [] },
])('$name', ({ row, problems }: { row: HaRuleRow; problems: string[] }) => {
  expect(haRules([row]).problems).toEqual(problems);
});
