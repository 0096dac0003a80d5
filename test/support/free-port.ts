import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports below the range of outgoing connections, any of which could take the port. */
const FIRST = 11_000;
const PORTS_OF_A_WORKER = 5_000;
const WORKERS = 4;
const ATTEMPTS = 100;

/** Test workers run concurrently, and each has ports of its own. */
const first = FIRST + PORTS_OF_A_WORKER * (Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS);
let next = Math.floor(Math.random() * PORTS_OF_A_WORKER);

/**
 * Returns a port of 127.0.0.1 on which no process listens, and which this process does not return again for a long
 * time.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = first + next;
    next = (next + 1) % PORTS_OF_A_WORKER;
    if (await isFree(port)) return port;
  }
  throw new Error('There is no free port.');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
