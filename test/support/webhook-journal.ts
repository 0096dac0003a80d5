import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { ToldEvent } from './webhooks-api';

/** Bound for the descriptions of faults: each of thousands of events may have one. */
const MAX_FAULTS = 20;

/**
 * The attempts at one webhook, as its receiver gets them. Each is checked when it arrives: it is signed, a repeated id has
 * the same body, and an event of a conversation comes only once the event before it was accepted.
 */
export class WebhookJournal {
  /** The first violations of the protocol. */
  readonly faults: string[] = [];
  /** The age of each event of a conversation when it first arrived, in milliseconds. */
  readonly agesMs: number[] = [];
  attempts = 0;
  /** Attempts at events that had been accepted before. */
  repeats = 0;
  private verifier: Webhook | undefined;
  private readonly bodies = new Map<string, string>();
  private readonly accepted = new Map<string, string[]>();

  /** Expects signatures of this secret from now on. */
  expectSecret(secret: string): void {
    this.verifier = new Webhook(secret);
  }

  note(headers: IncomingHttpHeaders, body: string): ToldEvent {
    const event = JSON.parse(body) as ToldEvent;
    this.attempts += 1;
    if (!this.isSigned(headers, body)) this.fault(`${event.id} is not signed`);
    if (headers['webhook-id'] !== event.id) this.fault(`${event.id} has another id in its header`);
    this.checkBody(event, body);
    this.checkOrder(event);
    return event;
  }

  /** The receiver accepts the event. */
  accept({ conversationId, sequence, type }: ToldEvent): void {
    if (conversationId === undefined) return;
    const types = this.typesOf(conversationId);
    if (sequence === types.length + 1) this.accepted.set(conversationId, [...types, type]);
  }

  /** The types of the accepted events of a conversation, in the order of their sequence, each once. */
  typesOf(conversationId: string): readonly string[] {
    return this.accepted.get(conversationId) ?? [];
  }

  /** Number of events of conversations that were accepted, each once. */
  get acceptedEvents(): number {
    return [...this.accepted.values()].reduce((sum, types) => sum + types.length, 0);
  }

  private isSigned(headers: IncomingHttpHeaders, body: string): boolean {
    try {
      this.verifier?.verify(body, headers as Record<string, string>);
      return this.verifier !== undefined;
    } catch {
      return false;
    }
  }

  private checkBody({ id, timestamp, conversationId }: ToldEvent, body: string): void {
    const before = this.bodies.get(id);
    if (before === undefined) {
      this.bodies.set(id, body);
      if (conversationId !== undefined) this.agesMs.push(Date.now() - Date.parse(timestamp));
    } else if (before !== body) {
      this.fault(`${id} is repeated with another body`);
    }
  }

  private checkOrder({ id, conversationId, sequence = 0 }: ToldEvent): void {
    if (conversationId === undefined) return;
    const count = this.typesOf(conversationId).length;
    if (sequence === count) this.repeats += 1;
    else if (sequence !== count + 1)
      this.fault(`${id} is number ${sequence} of ${conversationId}, after ${count}`);
  }

  private fault(text: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push(text);
  }
}
