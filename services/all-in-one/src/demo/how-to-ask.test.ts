import { expect, test } from 'vitest';
import { howToAsk } from './how-to-ask.ts';

test('what is printed can be pasted; what is only in memory cannot be asked', () => {
  const [line] = howToAsk('nats://127.0.0.1:40123', 'homelab');
  expect(line).toMatch(
    /: EVENKEEL_NATS_URL=nats:\/\/127\.0\.0\.1:40123 npm run --silent evenkeel -- explain --cluster homelab$/,
  );
  expect(howToAsk('memory:', 'homelab')).toEqual([]);
});
