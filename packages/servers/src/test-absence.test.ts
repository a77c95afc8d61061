import { afterEach, expect, test, vi } from 'vitest';
import { sayAbsent } from './test-absence.ts';

afterEach(() => vi.restoreAllMocks());

test.each(['true', '1'])('with CI=%s nothing skips for a missing server', (ci) => {
  expect(() => sayAbsent('nats-server', ['apt is not there'], { CI: ci })).toThrow(
    /no nats-server .*apt is not there.*CI/u,
  );
});

test.each([undefined, '', '0', 'false'])('with CI=%s it is said, and the tests skip', (ci) => {
  const said = vi.spyOn(console, 'warn').mockReturnValue();
  expect(sayAbsent('redis-server', ['apt is not there'], { CI: ci })).toBeNull();
  expect(said.mock.calls).toEqual([[expect.stringContaining('no redis-server for the tests: apt is not there')]]);
});
