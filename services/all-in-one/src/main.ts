#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Keeps stripped and compiled code beside what it was made of: starts in half the time, and without the compiler in memory. */
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/evenkeel', import.meta.url)));

await import('./cli.ts');
