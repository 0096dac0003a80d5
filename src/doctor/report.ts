import { type Outcome, OUTCOMES, type ReportedFinding, worstOf } from './finding';

export interface Report {
  /** The worst outcome. */
  readonly outcome: Outcome;
  /** The number of findings of each outcome. */
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly checks: readonly ReportedFinding[];
}

const MIN_SECRET_LENGTH = 4;
const HIDDEN = '[hidden]';

/** Exit codes: 0 without a fault, 1 with warnings alone, 2 with a failure. */
export function exitCodeOf(findings: readonly ReportedFinding[]): 0 | 1 | 2 {
  const worst = worstOf(findings);
  if (worst === 'fail') return 2;
  return worst === 'warn' ? 1 : 0;
}

/** The report for a terminal: one line for each finding, and its fix in the next one. */
export function textOf(findings: readonly ReportedFinding[], secrets: Iterable<string>): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ outcome, check, message, fix }) => {
    const line = `${outcome.padEnd(7)}  ${check.padEnd(width)}  ${message}`;
    return fix === undefined ? [line] : [line, `${' '.repeat(width + 11)}fix: ${fix}`];
  });
  return `${withoutSecrets([...lines, '', summaryOf(findings)].join('\n'), secrets)}\n`;
}

/** The report as one JSON document: that of `reportOf`, with the exit code. */
export function jsonOf(findings: readonly ReportedFinding[], secrets: Iterable<string>): string {
  const { outcome, ...others } = reportOf(findings, secrets);
  const document = { outcome, exitCode: exitCodeOf(findings), ...others };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The report for programs, without secrets. */
export function reportOf(findings: readonly ReportedFinding[], secrets: Iterable<string>): Report {
  const hidden = [...secrets];
  return {
    outcome: worstOf(findings),
    counts: {
      skipped: countOf(findings, 'skipped'),
      ok: countOf(findings, 'ok'),
      warn: countOf(findings, 'warn'),
      fail: countOf(findings, 'fail'),
    },
    checks: findings.map((finding) => ({
      ...finding,
      message: withoutSecrets(finding.message, hidden),
      ...(finding.fix === undefined ? {} : { fix: withoutSecrets(finding.fix, hidden) }),
    })),
  };
}

function summaryOf(findings: readonly ReportedFinding[]): string {
  return [...OUTCOMES]
    .reverse()
    .map((outcome) => `${countOf(findings, outcome)} ${outcome}`)
    .join(', ');
}

function countOf(findings: readonly ReportedFinding[], wanted: Outcome): number {
  return findings.filter(({ outcome }) => outcome === wanted).length;
}

/** No check writes a secret; this holds for a check that would by mistake. */
function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_LENGTH) shown = shown.replaceAll(secret, HIDDEN);
  }
  return shown;
}
