import { Injectable } from '@nestjs/common';
import { SessionStore } from '../session/ports/session.store';
import { EventsTelemetry } from './events.telemetry';

const MAX_KNOWN = 10_000;

/** Whose conversations are: that never changes, so it is looked up once, and remembered of so many. */
@Injectable()
export class ConversationOwners {
  private readonly known = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly sessions: SessionStore,
    private readonly telemetry: EventsTelemetry,
  ) {}

  /** Undefined when there is no such session, or when that cannot be told. Who asks first is answered first. */
  of(conversationId: string): Promise<string | undefined> {
    const found = this.known.get(conversationId) ?? this.lookUp(conversationId);
    this.remember(conversationId, found);
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

  private remember(conversationId: string, owner: Promise<string | undefined>): void {
    this.known.delete(conversationId);
    this.known.set(conversationId, owner);
    const [oldest] = this.known.keys();
    if (this.known.size > MAX_KNOWN && oldest !== undefined) this.known.delete(oldest);
  }
}
