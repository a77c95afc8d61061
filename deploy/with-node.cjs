// Runs its arguments under Node 24: the one that this checkout brings along, else the one that runs this file.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const own = join(__dirname, '..', 'node_modules', '.bin', 'node');
const node = existsSync(own) ? own : process.execPath;
if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Evenkeel needs Node 24; this is ${process.version}, and this platform's Node 24 could not be installed along with it.`,
  );
  process.exit(1);
}
const env = {
  // glibc gives freed buffers back: at 3,000 guests it would keep 50 MiB of them.
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  // What was compiled once starts twice as fast, and without the 20 MiB of what strips the types.
  NODE_COMPILE_CACHE: join(__dirname, '..', 'node_modules', '.cache', 'evenkeel'),
  ...process.env,
};
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
