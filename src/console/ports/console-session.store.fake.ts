import type { AuditAction } from '../../audit/domain/audit-record';
import { type ExpiryLimits, hasExpired, type StoredConsoleSession } from '../domain/console-session';
import { type ConsoleSessionLimits, ConsoleSessionStore, type EndReason } from './console-session.store';

/** Sessions in memory. */
export class FakeConsoleSessionStore extends ConsoleSessionStore {
  readonly sessions = new Map<string, StoredConsoleSession>();
  /** The beginnings and ends, as they would be audited. */
  readonly recorded: [id: string, action: AuditAction, reason: EndReason | null][] = [];
  /** The number of writes of the last use. */
  touches = 0;
  /** While set, every method rejects with it. */
  failure: Error | undefined;
  /** While set, the last use cannot be written. */
  touchFailure: Error | undefined;

  async create(
    session: StoredConsoleSession,
    { perCaller, inAll }: ConsoleSessionLimits,
    replacedId?: string,
  ): Promise<void> {
    this.assertAvailable();
    if (replacedId !== undefined) await this.end(replacedId, 'replaced');
    this.sessions.set(session.id, session);
    this.recorded.push([session.id, 'CONSOLE_LOGIN', null]);
    await this.endBeyond(perCaller, ({ caller }) => caller === session.caller);
    await this.endBeyond(inAll, () => true);
  }

  find(id: string): Promise<StoredConsoleSession | undefined> {
    this.assertAvailable();
    return Promise.resolve(this.sessions.get(id));
  }

  touch(id: string, at: number): Promise<void> {
    this.assertAvailable();
    if (this.touchFailure !== undefined) throw this.touchFailure;
    this.touches += 1;
    const session = this.sessions.get(id);
    if (session !== undefined && session.lastUsedAt < at)
      this.sessions.set(id, { ...session, lastUsedAt: at });
    return Promise.resolve();
  }

  end(id: string, reason?: EndReason): Promise<void> {
    this.assertAvailable();
    if (this.sessions.delete(id)) this.recorded.push([id, 'CONSOLE_LOGOUT', reason ?? null]);
    return Promise.resolve();
  }

  purge(limits: ExpiryLimits, limit: number): Promise<number> {
    this.assertAvailable();
    const expired = [...this.sessions.values()].filter((session) => hasExpired(session, limits));
    const purged = expired.slice(0, limit);
    for (const { id } of purged) this.sessions.delete(id);
    return Promise.resolve(purged.length);
  }

  private async endBeyond(max: number, isCounted: (session: StoredConsoleSession) => boolean): Promise<void> {
    const newest = [...this.sessions.values()].filter(isCounted).sort(byLastUse);
    for (const { id } of newest.slice(max)) await this.end(id, 'limit');
  }

  private assertAvailable(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

function byLastUse(one: StoredConsoleSession, other: StoredConsoleSession): number {
  return other.lastUsedAt - one.lastUsedAt || other.createdAt - one.createdAt;
}
