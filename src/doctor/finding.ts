/** The outcomes of a check, from the best to the worst; `skipped` counts as no fault. */
export const OUTCOMES = ['skipped', 'ok', 'warn', 'fail'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** One line of a report. It holds no credential, no text of a guest and no body of an upstream. */
export interface Finding {
  readonly outcome: Outcome;
  /** The condition that was found and its meaning for the service. */
  readonly message: string;
  /** The setting to change, or the page of Genesys Cloud Admin; with `warn` and `fail`. */
  readonly fix?: string;
}

/** A finding with the check that made it. */
export interface ReportedFinding extends Finding {
  readonly check: string;
}

export function ok(message: string): Finding {
  return { outcome: 'ok', message };
}

export function skipped(message: string): Finding {
  return { outcome: 'skipped', message };
}

export function warning(message: string, fix: string): Finding {
  return { outcome: 'warn', message, fix };
}

export function failure(message: string, fix: string): Finding {
  return { outcome: 'fail', message, fix };
}

/** The worst outcome; `skipped` without a finding. */
export function worstOf(findings: readonly Finding[]): Outcome {
  const ranks = findings.map(({ outcome }) => OUTCOMES.indexOf(outcome));
  return OUTCOMES[Math.max(0, ...ranks)] ?? 'skipped';
}
