import { AuditVerifier } from '../../src/audit/domain/audit-verifier';

/** Verifies an export of the service's audit trail; returns `whole` or the error. */
export async function verdictOnTrail(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/v1/audit/export`, { headers });
  if (!response.ok) throw new Error(`The export was answered with ${response.status}.`);
  const verifier = new AuditVerifier();
  for (const line of (await response.text()).trimEnd().split('\n')) verifier.take(line);
  verifier.end();
  return verifier.finding === undefined ? 'whole' : JSON.stringify(verifier.finding);
}
