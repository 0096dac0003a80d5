import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { Lease } from '../../replica/ports/lease';
import type { JourneyContext } from '../domain/guest-context';
import type { Login } from '../domain/login';
import { NotSupportedByChannelError } from '../domain/messaging.errors';
import { SessionLimitReachedError } from '../domain/session.errors';
import { GuestChannels } from '../ports/guest-channels';
import { SessionStore, type SlotLimits } from '../ports/session.store';
import type { ClientCapacity } from '../ports/upstream-capacity';
import { type ClientCap, SessionCaps } from './session-caps';

/** The OAuth client of a new session, if it needs one, and the limits that its slot counts against. */
export interface ClientAssignment {
  readonly oauthClient: string;
  /** The replica that holds the session. */
  readonly holder: string;
  readonly limits: SlotLimits;
}

/** The parts of an opening that not every channel supports. */
export interface ChannelRequirements {
  readonly authentication?: Login;
  readonly journeyContext?: JourneyContext;
}

interface Candidate extends ClientCap {
  /** Live sessions on the client, of all replicas. */
  readonly sessions: number;
}

/**
 * Chooses the OAuth client of a new session: of those with room the one with the largest part of its budget left, so that
 * intervals are stretched as late as possible. A client that could send nothing at the moment, or that the login refuses,
 * is chosen only when there is no other. A session gets no client when its beats use no such budget.
 */
@Injectable()
export class OAuthClientSelector {
  constructor(
    private readonly sessions: SessionStore,
    private readonly channels: GuestChannels,
    private readonly caps: SessionCaps,
    private readonly lease: Lease,
  ) {}

  /**
   * Throws `SessionLimitReachedError` with reason `upstream-budget` when no client has room, and
   * `NotSupportedByChannelError` for a login or a journey context that the channel does not support. Throws
   * `StorageUnavailableError` while the lease of this replica is not valid (fencing).
   */
  async select(
    channel: string,
    caller: Caller,
    requirements: ChannelRequirements = {},
  ): Promise<ClientAssignment> {
    this.lease.assertValid();
    const { holder } = this.lease;
    const { authentication, tellsJourney } = this.channels.get(channel);
    const isBeyond =
      (requirements.authentication !== undefined && authentication === undefined) ||
      (requirements.journeyContext !== undefined && !tellsJourney);
    if (isBeyond) throw new NotSupportedByChannelError(channel);
    const { total } = this.caps;
    const ofCaller = this.shareOf(caller);
    // Such a session does not count against any client.
    if (!this.channels.get(channel).beatsOnBudget)
      return { oauthClient: '', holder, limits: { total, ofClient: total, ...ofCaller } };
    const clients = this.caps.clients;
    // A single client needs no comparison, and the reservation checks whether it has room.
    const live = clients.length > 1 ? await this.sessions.countLiveByClient() : new Map<string, number>();
    const candidates: Candidate[] = clients
      .map((client) => ({ ...client, sessions: live.get(client.id) ?? 0 }))
      .filter(({ sessions, cap }) => sessions < cap);
    const [best] = candidates.sort(
      (a, b) =>
        Number(a.isRefused) - Number(b.isRefused) ||
        Number(isSpent(a)) - Number(isSpent(b)) ||
        a.sessions / a.cap - b.sessions / b.cap ||
        b.left - a.left,
    );
    if (best === undefined) throw new SessionLimitReachedError(total, 'upstream-budget');
    return { oauthClient: best.id, holder, limits: { total, ofClient: best.cap, ...ofCaller } };
  }

  /** Empty when the caller may have all slots: then there is nothing to count. */
  private shareOf(caller: Caller): Pick<SlotLimits, 'ofCaller'> {
    const ofCaller = this.caps.of(caller);
    const hasAll = ofCaller.total >= this.caps.total && ofCaller.onClients >= this.caps.onClients;
    return hasAll ? {} : { ofCaller };
  }
}

function isSpent({ left }: ClientCapacity): boolean {
  return left < 1;
}
