import type { Attack, AttackPlan } from './attack';
import { BrokenFraming } from './broken-framing';
import { ExpensiveReads } from './expensive-reads';
import { ForgedReplica } from './forged-replica';
import { Hoarding } from './hoarding';
import { SlowSenders } from './slow-senders';
import { StreamFloods } from './stream-floods';
import { WithoutCredentials } from './without-credentials';
import { WorstBodies } from './worst-bodies';

/** All attacks together: about 230 requests a second, two thirds of which need no credential or get no answer. */
export function allAttacks(plan: AttackPlan): Attack[] {
  return [
    new WorstBodies(plan),
    new StreamFloods(plan),
    new SlowSenders(plan),
    new Hoarding(plan),
    new ForgedReplica(plan),
    new BrokenFraming(plan),
    new ExpensiveReads(plan),
    new WithoutCredentials(plan),
  ];
}
