import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { AccessConfig } from '../../config/access.config';
import { SessionConfig } from '../../config/session.config';
import type { CallerLimits } from '../ports/session.store';

/** The part of all slots that one of several callers may take; the rest stays for the others. */
const SHARE = 0.5;

/**
 * The numbers of live sessions that the deployment allows: of all callers, and of each. A caller's share is that of its
 * key, else `SESSION_MAX_PER_CALLER`, else half; the only caller that can open sessions has all, and so have
 * those that need no credential, which are one caller.
 */
@Injectable()
export class SessionCaps {
  constructor(
    private readonly config: SessionConfig,
    private readonly access: AccessConfig,
  ) {}

  get total(): number {
    return this.config.maxConcurrent;
  }

  /** The shares of a caller: of the slots, and of the sessions that the OAuth clients carry. */
  of(caller: Caller, onClients: number): CallerLimits {
    if (caller.isAnonymous) return { total: this.total, onClients };
    const own = caller.limits.maxSessions ?? this.config.maxPerCaller;
    return { total: this.shareOf(this.total, own), onClients: this.shareOf(onClients, own) };
  }

  private shareOf(all: number, own: number | undefined): number {
    if (own !== undefined) return Math.min(own, all);
    return this.access.isShared('sessions.write') ? Math.max(1, Math.floor(all * SHARE)) : all;
  }
}
