import { setMaxListeners } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { attacksOf } from './all-attacks';
import type { AttackPlan } from './attack';

/** Runs the attacks of a plan in this thread until a message arrives, and answers with their counts. */
async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('This is the entry of a thread.');
  const stopping = new AbortController();
  // Every connection of every attack adds a listener to it.
  setMaxListeners(0, stopping.signal);
  port.once('message', () => {
    stopping.abort();
  });
  const attacks = attacksOf(workerData as AttackPlan);
  port.postMessage(await Promise.all(attacks.map((attack) => attack.run(stopping.signal))));
}

// A rejection becomes the `error` event of the thread.
void main();
