import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { documents, folders } from './documents.ts';

const root = resolve(import.meta.dirname, '../..');
const all = Object.entries(await documents());
for (const folder of folders) rmSync(resolve(root, folder), { recursive: true, force: true });
for (const [path, text] of all) {
  mkdirSync(dirname(resolve(root, path)), { recursive: true });
  writeFileSync(resolve(root, path), text);
}
console.log(`${all.length} documents written.`);
