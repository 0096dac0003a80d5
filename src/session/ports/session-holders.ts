import type { Session } from '../domain/session';

/**
 * The replicas that hold unfinished sessions: only the holder sends a session's heartbeats, disconnects it and gives
 * up its opening. Any replica may claim a session without a live holder.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class SessionHolders {
  /**
   * Claims sessions without a holder, at most `limit`. Concurrent claims get different sessions. On PostgreSQL it
   * also advances the local clock to the database's.
   */
  abstract claim(holder: string, limit: number): Promise<Session[]>;

  /** Releases the given sessions, or all. They can be claimed at once; returns how many there were. */
  abstract release(holder: string, conversationIds?: readonly string[]): Promise<number>;
}
