import { AuditVerifier } from '../../../src/audit/domain/audit-verifier';

/** The outcome of a verification; without a finding, every chain is complete and unchanged. */
export interface ChainVerification {
  readonly records: number;
  readonly finding?: { readonly line: number; readonly record?: string; readonly what: string };
}

/** Number of lines after which the page may draw and respond. */
const LINES_AT_ONCE = 2_000;

/**
 * Verifies the hash chains of an export of the audit trail, line by line, with the verifier of the service and of
 * `npm run audit:verify`. Nothing but the export is trusted.
 */
export async function verifyChain(lines: AsyncIterable<string>): Promise<ChainVerification> {
  const verifier = new AuditVerifier();
  let count = 0;
  for await (const line of lines) {
    verifier.take(line);
    count += 1;
    if (count % LINES_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  verifier.end();
  const { records, finding } = verifier;
  return finding === undefined ? { records } : { records, finding };
}
