import { AuditVerifier } from '../../src/audit/domain/audit-verifier';
import { headerOf } from '../../src/audit/domain/audit-export';
import type { TestStores } from './persistence-harness';

/** Verifies the whole trail; returns the verifier's finding, or the number of valid records. */
export async function verifiedTrail(stores: TestStores): Promise<[finding: unknown, records: number]> {
  const chains = await stores.trail.chains();
  const verifier = new AuditVerifier();
  verifier.take(JSON.stringify(headerOf(chains, 0)));
  for (const { chain, after, head } of chains)
    for (const record of await stores.trail.page(chain, after.seq, head.seq, 10_000))
      verifier.take(JSON.stringify(record));
  verifier.end();
  return [verifier.finding, verifier.records];
}
