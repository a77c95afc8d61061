import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scrub } from './scrub.ts';

const secret = '5a6b7c8d-1f2e-4a3b-9c4d-0e1f2a3b4c5d';
const token = `evenkeel@pve!read=${secret}`;

it.each([
  { name: 'all of it', text: `who is ${token}?`, says: 'who is evenkeel@pve!read=[token]?' },
  { name: 'at either end', text: `${secret} and ${secret}`, says: '[token] and [token]' },
  { name: 'twice in a row', text: `<${secret}${secret}>`, says: '<[token]>' },
  { name: 'its beginning', text: `is ${secret.slice(0, 20)}`, says: 'is [token]' },
  { name: 'its end', text: `is ${secret.slice(-8)}!`, says: 'is [token]!' },
  { name: 'less than eight characters of it', text: secret.slice(0, 7), says: secret.slice(0, 7) },
  { name: 'nothing of it', text: 'no quorum?', says: 'no quorum?' },
])('of a secret it hides: $name', ({ text, says }) => expect(scrub(text, token)).toBe(says));

it('hides a short secret where all of it stands', () => {
  expect(scrub('ab abc abcabc', 'a@b!c=abc')).toBe('ab [token] [token]');
});

it('law: no eight characters in a row are left of a secret, and nothing else is taken away', () => {
  const piece = fc.oneof(
    fc
      .tuple(fc.nat(secret.length), fc.nat(secret.length))
      .map(([a, b]) => secret.slice(Math.min(a, b), Math.max(a, b))),
    fc.constantFrom(' ', 'x', 'é', '[token]', ''),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const said = scrub(pieces.join(''), token);
      for (let i = 0; i + 8 <= secret.length; i++) expect(said).not.toContain(secret.slice(i, i + 8));
      for (const own of ['x', 'é'])
        expect(said.split(own)).toHaveLength(pieces.filter((one) => one === own).length + 1);
    }),
  );
});
