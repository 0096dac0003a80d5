import type { SessionEvent } from '../../session/domain/session-event';
import { EventSink } from './event-sink';

type Step = (event: SessionEvent, signal: AbortSignal, beforeSend: () => void) => void | Promise<void>;

/**
 * A receiver that keeps the events that it receives. It accepts all of them unless the test scripts its next answers or
 * its behaviour for a conversation.
 */
export class FakeEventSink extends EventSink {
  readonly handed: { readonly event: SessionEvent; readonly at: number; readonly signal: AbortSignal }[] = [];
  private readonly steps: Step[] = [];
  private readonly behaviours = new Map<string, Step>();

  constructor(readonly name = 'crm') {
    super();
  }

  next(...steps: readonly Step[]): void {
    this.steps.push(...steps);
  }

  towards(conversationId: string, behaviour: Step): void {
    this.behaviours.set(conversationId, behaviour);
  }

  /** The sequence numbers that were handed over for a conversation, in order. */
  sequencesOf(conversationId: string): number[] {
    return this.handed
      .filter(({ event }) => event.conversationId === conversationId)
      .map(({ event }) => event.sequence);
  }

  async deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    this.handed.push({ event, at: Date.now(), signal });
    await (this.steps.shift() ?? this.behaviours.get(event.conversationId))?.(event, signal, beforeSend);
  }
}
