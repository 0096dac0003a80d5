import { Injectable, Logger } from '@nestjs/common';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { isTransient } from '../../common/poison/is-transient';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import type { Session } from '../domain/session';
import { IdempotencyStore } from '../ports/idempotency.store';
import { SessionEnding } from '../ending/session-ending';
import { SessionHeartbeatStarter } from '../heartbeat/session-heartbeat-starter';
import { SessionUpdater } from '../ending/session-updater';

/**
 * The outcome of a recovery: the heartbeat is `resumed`, the opening is `interrupted`, the opening is `pending` for a retry of
 * its caller, or the session is `skipped`, which leaves it to the sweeper.
 */
export type RecoveryOutcome = 'resumed' | 'interrupted' | 'pending' | 'skipped';

/**
 * Recovers a claimed session that another process has held: restarts the heartbeat of an active one; interrupts an
 * opening, unless its caller may repeat it with its idempotency key: then its deadline restarts, and the sweeper interrupts
 * it when no request comes. The sweeper finds sessions in all other states by itself.
 */
@Injectable()
export class SessionRecovery {
  private readonly log = new Logger(SessionRecovery.name);

  constructor(
    private readonly keys: IdempotencyStore,
    private readonly writer: SessionUpdater,
    private readonly ending: SessionEnding,
    private readonly heartbeat: SessionHeartbeatStarter,
    private readonly poison: PoisonMessageReporter,
  ) {}

  /**
   * Throws `StorageUnavailableError`. A session that fails otherwise is skipped, so that the others are recovered; one that
   * was changed at the same time is not a poison message, and the sweeper finds it.
   */
  async recover(session: Session): Promise<RecoveryOutcome> {
    try {
      return await this.resume(session);
    } catch (error) {
      if (error instanceof StorageUnavailableError) throw error;
      const { conversationId } = session;
      if (isTransient(error))
        this.log.warn({
          message: 'Session recovery failed; left to the sweeper',
          conversationId,
          error,
        });
      else this.poison.report('sessions', conversationId, error, conversationId);
      return 'skipped';
    }
  }

  private async resume(session: Session): Promise<RecoveryOutcome> {
    if (session.state === 'connecting') return this.recoverOpening(session.conversationId);
    return session.state === 'active' && this.startHeartbeat(session) ? 'resumed' : 'skipped';
  }

  /** Returns whether the heartbeat runs. A session without one, such as of a channel that was removed, must not stop the recovery. */
  startHeartbeat(session: Session): boolean {
    const { conversationId } = session;
    try {
      this.heartbeat.start(session, (loss) => this.ending.lost(conversationId, loss), { resumed: true });
      return true;
    } catch (error) {
      this.log.error({ message: 'Heartbeat not started', conversationId, error });
      return false;
    }
  }

  private async recoverOpening(conversationId: string): Promise<RecoveryOutcome> {
    const openings = await this.keys.forgetClaims([conversationId]);
    if (openings.length === 0) {
      await this.ending.interrupt(conversationId);
      return 'interrupted';
    }
    await this.writer.apply(conversationId, (opening, now) => opening.restart(now));
    return 'pending';
  }
}
