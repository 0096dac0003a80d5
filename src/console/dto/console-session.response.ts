import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type ScopeName, SCOPES } from '../../common/access/scope';
import type { ConsoleConfig } from '../../config/console.config';
import type { LoggedIn } from '../console-session.service';

/** The caller of the console, and its session. */
export class ConsoleSessionResponse {
  @ApiProperty({ type: String, example: 'billing' })
  readonly caller: string;

  /** The scopes of the caller at this moment. */
  @ApiProperty({ enum: SCOPES, isArray: true, example: ['sessions.read', 'statistics.read'] })
  readonly scopes: readonly ScopeName[];

  /** The value of `X-CSRF-Token` in each request that is neither GET nor HEAD; empty if no login is needed. */
  @ApiProperty({ type: String, example: 'x0gGk2vYvG1qCw1m3Q8m0ZkqkqjH2mQm3VqWw1f6m2A' })
  readonly csrfToken: string;

  /** False if the deployment asks for no credentials. */
  @ApiProperty({ type: Boolean, example: true })
  readonly needsLogin: boolean;

  /** The end of the session, however much it is used. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T20:00:00.000Z' })
  readonly expiresAt?: string;

  /** Seconds without a request after which the session ends earlier. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 1800 })
  readonly idleTimeoutSeconds?: number;

  constructor({ caller, session }: LoggedIn, { idleMs, maxMs }: ConsoleConfig) {
    this.caller = caller.name;
    this.scopes = SCOPES.filter((scope) => caller.may(scope));
    this.csrfToken = session?.secrets.csrfToken ?? '';
    this.needsLogin = session !== undefined;
    if (session === undefined) return;
    this.expiresAt = new Date(session.createdAt + maxMs).toISOString();
    this.idleTimeoutSeconds = idleMs / 1000;
  }
}
