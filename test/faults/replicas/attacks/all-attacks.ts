import type { Attack, AttackPlan } from './attack';
import { BrokenFraming } from './broken-framing';
import { ExpensiveReads } from './expensive-reads';
import { ForgedReplica } from './forged-replica';
import { Hoarding } from './hoarding';
import { SlowSenders } from './slow-senders';
import { StreamFloods } from './stream-floods';
import { WithoutCredentials } from './without-credentials';
import { WorstBodies } from './worst-bodies';

/**
 * Returns the attacks of the plan. Together they make about 230 requests a second, half of them without a credential.
 */
export function attacksOf(plan: AttackPlan): Attack[] {
  const all: readonly Attack[] = [
    new WorstBodies(plan),
    new StreamFloods(plan),
    new SlowSenders(plan),
    new Hoarding(plan),
    new ForgedReplica(plan),
    new BrokenFraming(plan),
    new ExpensiveReads(plan),
    new WithoutCredentials(plan),
  ];
  const names = all.map(({ name }) => name);
  const unknown = plan.only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`No attack is named ${unknown.join()}: they are ${names.join(', ')}.`);
  return all.filter(({ name }) => plan.only.length === 0 || plan.only.includes(name));
}
