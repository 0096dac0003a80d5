import { Injectable, Logger } from '@nestjs/common';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { isTransient } from '../../common/poison/is-transient';
import { PoisonMessages } from '../../common/poison/poison-messages';
import type { Session } from '../domain/session';
import { IdempotencyStore } from '../ports/idempotency.store';
import { SessionEnding } from '../ending/session-ending';
import { SessionHeartbeat } from '../heartbeat/session-heartbeat';
import { SessionWriter } from '../ending/session-writer';

/** What became of a session that was taken over. */
export type RecoveryOutcome = 'beats' | 'interrupted' | 'awaited' | 'left';

/**
 * Goes on with a session that another process has held: an active one gets its heartbeat back; an opening is given up
 * and closed upstream, unless its caller may come again with its idempotency key: then it gets the time of an
 * opening anew, and the sweeper gives it up when nobody comes. Everything else the sweeper finds by itself.
 */
@Injectable()
export class SessionRecovery {
  private readonly log = new Logger(SessionRecovery.name);

  constructor(
    private readonly keys: IdempotencyStore,
    private readonly writer: SessionWriter,
    private readonly ending: SessionEnding,
    private readonly heartbeat: SessionHeartbeat,
    private readonly poison: PoisonMessages,
  ) {}

  /**
   * Throws `StorageUnavailableError`. A session that fails otherwise is left, so that the others are taken over; one that
   * was changed at the same moment is no poison message, and the sweeper finds it.
   */
  async recover(session: Session): Promise<RecoveryOutcome> {
    try {
      return await this.goOnWith(session);
    } catch (error) {
      if (error instanceof StorageUnavailableError) throw error;
      const { conversationId } = session;
      if (isTransient(error))
        this.log.warn({
          message: 'Takeover of a session failed: left to the sweeper',
          conversationId,
          error,
        });
      else this.poison.setAside('sessions', conversationId, error, conversationId);
      return 'left';
    }
  }

  private async goOnWith(session: Session): Promise<RecoveryOutcome> {
    if (session.state === 'connecting') return this.recoverOpening(session.conversationId);
    return session.state === 'active' && this.beginToBeat(session) ? 'beats' : 'left';
  }

  /** Whether it is watched over. One that cannot be, such as one of a channel that is gone, must not keep others out. */
  beginToBeat(session: Session): boolean {
    const { conversationId } = session;
    try {
      this.heartbeat.start(session, (loss) => this.ending.lost(conversationId, loss), { resumed: true });
      return true;
    } catch (error) {
      this.log.error({ message: 'A session cannot be watched over', conversationId, error });
      return false;
    }
  }

  private async recoverOpening(conversationId: string): Promise<RecoveryOutcome> {
    const awaited = await this.keys.forgetClaims([conversationId]);
    if (awaited.length === 0) {
      await this.ending.interrupt(conversationId);
      return 'interrupted';
    }
    await this.writer.apply(conversationId, (opening, now) => opening.restart(now));
    return 'awaited';
  }
}
