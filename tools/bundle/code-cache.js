// Starts the bundle of the service and writes the code that V8 has compiled when it is ready.
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { createServer } = require('node:net');
const { join, resolve } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Script } = require('node:vm');

const READY_WITHIN_MS = 120_000;
const PAUSE_MS = 20;

async function main(folder) {
  const filename = join(folder, 'service.js');
  const script = new Script(readFileSync(filename, 'latin1'), { filename });
  const port = await freePort();
  process.env.PORT = String(port);
  script.runInThisContext()({}, createRequire(filename), { exports: {} }, filename, folder);
  await untilReady(`http://127.0.0.1:${port}/health/ready`);
  writeFileSync(join(folder, 'service.cache'), script.createCachedData());
  process.kill(process.pid, 'SIGTERM');
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function untilReady(url) {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await delay(PAUSE_MS);
  }
  throw new Error(`${url} is not ready within ${READY_WITHIN_MS} ms.`);
}

main(resolve(process.argv[2])).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
