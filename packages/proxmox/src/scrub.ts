/** As many characters of a secret in a row are hidden wherever they stand; of a shorter one, all of it. */
const telling = 8;

/** Text from outside without the secret of a token (`USER@REALM!TOKENID=SECRET`) and without parts of it, to be called before anything is cut. */
export function scrub(text: string, token: string): string {
  const secret = token.slice(token.indexOf('=') + 1);
  const length = Math.min(telling, secret.length);
  const parts = Array.from({ length: secret.length - length + 1 }, (_, i) => secret.slice(i, i + length));
  const hidden: [from: number, to: number][] = [];
  for (const part of new Set(parts))
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) hidden.push([at, at + length]);
  let [said, end] = ['', 0];
  for (const [from, to] of hidden.sort((a, b) => a[0] - b[0])) {
    if (from > end || said === '') said += `${text.slice(end, from)}[token]`;
    end = Math.max(end, to);
  }
  return said + text.slice(end);
}
