import { setMaxListeners } from 'node:events';
import { attacksOf } from './all-attacks';
import type { AttackPlan } from './attack';

/** Runs the attacks of the plan in the first message until the second arrives, and answers with their counts. */
function main(): void {
  // Its parent is gone, or has the figures: no attack outlives the run.
  process.once('disconnect', () => process.exit());
  const stopping = new AbortController();
  // Every connection of every attack adds a listener to it.
  setMaxListeners(0, stopping.signal);
  process.once('message', (plan: AttackPlan) => {
    process.once('message', () => {
      stopping.abort();
    });
    void runAll(plan, stopping.signal);
  });
}

/** A rejection ends the process, which its parent reports. */
async function runAll(plan: AttackPlan, signal: AbortSignal): Promise<void> {
  const figures = await Promise.all(attacksOf(plan).map((attack) => attack.run(signal)));
  process.send?.(figures, () => {
    process.disconnect();
  });
}

main();
