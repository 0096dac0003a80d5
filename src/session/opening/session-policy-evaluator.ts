import { Injectable } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import { PolicyUnavailableError, SessionRefusedError } from '../domain/session.errors';
import { SessionPolicies } from '../ports/session-policies';
import type { RequestedSession, SessionPolicy } from '../ports/session-policy';
import { SessionTelemetry } from '../session.telemetry';

/** Time-out of all policies together for one opening: less than a stopping process waits for it. */
const POLICIES_TIMEOUT_MS = 2_000;

/** Asks every session policy before a session is opened. */
@Injectable()
export class SessionPolicyEvaluator {
  constructor(
    private readonly policies: SessionPolicies,
    private readonly drain: Drain,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /**
   * Returns when the process and every policy let the session through. Throws `ShuttingDownError`, the
   * `SessionRefusedError` of the first policy that refuses, or `PolicyUnavailableError`: a policy that does not
   * answer in time, or fails, refuses the session.
   */
  async assertAllowed(session: RequestedSession): Promise<void> {
    this.drain.assertOpen();
    if (this.policies.all.length === 0) return;
    await withDeadline(POLICIES_TIMEOUT_MS, this.drain.signal, async (signal, isOver) => {
      for (const policy of this.policies.all) {
        try {
          await abortable(policy.check(session, signal), signal);
        } catch (error) {
          throw this.verdictOf(policy, session, isOver(), error);
        }
      }
    });
  }

  private verdictOf(
    policy: SessionPolicy,
    session: RequestedSession,
    isOver: boolean,
    error: unknown,
  ): unknown {
    if (error instanceof SessionRefusedError) {
      this.telemetry.refused(error, session);
      return error;
    }
    const failure = new PolicyUnavailableError(policy.name, isOver ? 'timed-out' : 'failed', {
      cause: error,
    });
    this.telemetry.policyFailed(failure);
    return failure;
  }
}
