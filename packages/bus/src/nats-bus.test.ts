import { testNats } from '@evenkeel/servers/test';
import { afterAll, describe } from 'vitest';
import { busContract, ledgerContract } from './contract.ts';
import { connectNats } from './nats-bus.ts';

const server = await testNats();
afterAll(() => server?.stop());
const make = () => connectNats({ servers: server?.url ?? '', name: 'contract' });

describe.skipIf(!server)('with a server', () => {
  busContract('NATS', make);
  ledgerContract('NATS', make);
});
