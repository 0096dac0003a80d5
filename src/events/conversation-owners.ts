import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../common/bounded-map';
import { SessionStore } from '../session/ports/session.store';
import { EventsTelemetry } from './events.telemetry';

const MAX_KNOWN = 10_000;

/** Caches the owners of conversations, which never change: each is read once, and at most 10,000 are kept (LRU). */
@Injectable()
export class ConversationOwners {
  private readonly known = new BoundedMap<string, Promise<string | undefined>>(MAX_KNOWN);

  constructor(
    private readonly sessions: SessionStore,
    private readonly telemetry: EventsTelemetry,
  ) {}

  /** Undefined for an unknown session, and when the lookup fails. Calls for one conversation are answered in order. */
  of(conversationId: string): Promise<string | undefined> {
    const found = this.known.get(conversationId) ?? this.lookUp(conversationId);
    this.known.set(conversationId, found);
    return found;
  }

  private async lookUp(conversationId: string): Promise<string | undefined> {
    try {
      return (await this.sessions.find(conversationId))?.snapshot.owner;
    } catch (error) {
      this.known.delete(conversationId);
      this.telemetry.ownerNotFound(error, conversationId);
      return undefined;
    }
  }
}
