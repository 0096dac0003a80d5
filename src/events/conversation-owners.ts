import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../common/bounded-map';
import { SessionStore } from '../session/ports/session.store';
import { EventsTelemetry } from './events.telemetry';

const MAX_KNOWN = 10_000;

/** Whose conversations are: that never changes, so it is looked up once, and remembered of so many. */
@Injectable()
export class ConversationOwners {
  private readonly known = new BoundedMap<string, Promise<string | undefined>>(MAX_KNOWN);

  constructor(
    private readonly sessions: SessionStore,
    private readonly telemetry: EventsTelemetry,
  ) {}

  /** Undefined when there is no such session, or when that cannot be told. Who asks first is answered first. */
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
