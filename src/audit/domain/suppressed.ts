import type { AuditFact } from './audit-record';

/** A fact that stands for `count` facts of its kind: `suppressed` is the number of further ones. */
export function standingFor(count: number, fact: AuditFact): AuditFact {
  return count > 1 ? { ...fact, detail: { ...fact.detail, suppressed: count - 1 } } : fact;
}
