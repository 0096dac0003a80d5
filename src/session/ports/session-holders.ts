import type { Session } from '../domain/session';

/**
 * Which replica holds a session that is not over: it alone beats for it, disconnects it and gives up its opening.
 * Sessions whose holder is gone are anybody's who claims them.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class SessionHolders {
  /**
   * Takes sessions that nobody holds, at most so many. Of several who claim at once each gets others. Where several may,
   * the clock of this process is afterwards at least where that of the database was.
   */
  abstract claim(holder: string, limit: number): Promise<Session[]>;

  /** Lets go of sessions, those that are named or all. They can be claimed at once; returns how many there were. */
  abstract release(holder: string, conversationIds?: readonly string[]): Promise<number>;
}
