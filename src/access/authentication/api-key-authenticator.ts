import { timingSafeEqual } from 'node:crypto';
import { Clock } from '../../common/time/clock';
import { AccessConfig } from '../../config/access.config';
import type { ApiKeyEntry } from '../../config/api-key-list';
import { hashOfKey, nameInKey } from '../api-key';
import { bearerOf } from './bearer';
import { UnauthenticatedError } from '../domain/access.errors';
import { Caller, type CallerLimits } from '../domain/caller';
import { Authenticator } from '../ports/authenticator';

/**
 * Authenticates callers by the API keys of the configuration. The hash of a key is compared in constant time with
 * every entry of the caller that the key names.
 */
export class ApiKeyAuthenticator extends Authenticator {
  constructor(
    private readonly config: AccessConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  authenticate(authorization: string | undefined): Caller {
    const key = bearerOf(authorization);
    const name = nameInKey(key);
    if (name === undefined) throw new UnauthenticatedError('malformed');
    const entry = this.entryOf(name, hashOfKey(key));
    if (entry === undefined) throw new UnauthenticatedError('unknown-key');
    if (this.hasExpired(entry)) throw new UnauthenticatedError('expired');
    return new Caller(entry.name, new Set(entry.scopes), entry.name, limitsOf(entry));
  }

  private entryOf(name: string, hash: string): ApiKeyEntry | undefined {
    const entries = this.config.keys.of(name);
    let found: ApiKeyEntry | undefined;
    for (const entry of entries) {
      if (timingSafeEqual(Buffer.from(entry.sha256), Buffer.from(hash))) found = entry;
    }
    return found;
  }

  private hasExpired({ expires }: ApiKeyEntry): boolean {
    return expires !== undefined && Date.parse(expires) <= this.clock.now();
  }
}

function limitsOf({ requestsPerMinute, maxSessions, eventStreams }: ApiKeyEntry): CallerLimits {
  return {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(maxSessions === undefined ? {} : { maxSessions }),
    ...(eventStreams === undefined ? {} : { eventStreams }),
  };
}
