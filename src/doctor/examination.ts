import { codesOf } from '../common/errors/failure-text';
import { abortable } from '../common/time/abortable';
import { withDeadline } from '../common/time/deadline';
import type { Check } from './check';
import { failure, type Finding, type Outcome, type ReportedFinding, skipped, worstOf } from './finding';

class CheckTimeoutError extends Error {}

/**
 * Runs checks one after another, each within its time limit. A check is skipped when one that it needs has failed or
 * was skipped for a failure, and says which, or when the budget of all checks is used up. Resolves with the findings in the order of the checks; aborting the signal
 * rejects with its reason.
 */
export class Examination {
  private readonly outcomes = new Map<string, Outcome>();
  private readonly blocked = new Set<string>();

  /** `budgetMs` bounds the time in which checks are begun. */
  constructor(
    private readonly checks: readonly Check[],
    private readonly budgetMs = Infinity,
  ) {}

  async run(signal: AbortSignal): Promise<ReportedFinding[]> {
    const reported: ReportedFinding[] = [];
    const startedAt = performance.now();
    for (const check of this.checks) {
      const isLate = performance.now() - startedAt >= this.budgetMs;
      const findings = isLate ? [this.lateFinding] : await this.findingsOf(check, signal);
      this.outcomes.set(check.name, worstOf(findings));
      reported.push(...findings.map((finding) => ({ check: check.name, ...finding })));
    }
    return reported;
  }

  private get lateFinding(): Finding {
    return skipped(`not begun: the checks before took ${this.budgetMs / 1_000} s`);
  }

  private async findingsOf(check: Check, signal: AbortSignal): Promise<readonly Finding[]> {
    const missing = check.needs.find((name) => this.blocked.has(name) || this.outcomes.get(name) === 'fail');
    if (missing !== undefined) {
      this.blocked.add(check.name);
      return [skipped(`needs: ${missing}`)];
    }
    try {
      return await withDeadline(
        check.timeoutMs,
        signal,
        (inTime) => abortable(check.run(inTime), inTime),
        () => new CheckTimeoutError(),
      );
    } catch (error) {
      signal.throwIfAborted();
      return [brokenOff(check, error)];
    }
  }
}

function brokenOff(check: Check, error: unknown): Finding {
  if (error instanceof CheckTimeoutError)
    return failure(`not done within ${check.timeoutMs / 1_000} s`, check.fixOfTimeout);
  const name = error instanceof Error ? error.name : 'unknown error';
  return failure(`cannot be checked: ${[name, ...codesOf(error)].join(' ')}`, check.fixOfTimeout);
}
