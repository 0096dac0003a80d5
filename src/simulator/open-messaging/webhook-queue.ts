import { isAccepted, JsonSender } from '../server/json-sender';
import { TimerSet } from '../server/timer-set';
import { OpenIntegration } from './open-integration';
import { OutboundBody } from './open-message';
import { OpenMessagingSettings } from './open-messaging-options';
import { ShareCounter } from './share-counter';
import { isRetried, WebhookAttempt, WebhookDelivery } from './webhook-delivery';
import { signatureOf } from './webhook-signature';

type Pending = { -readonly [Key in keyof WebhookDelivery]: WebhookDelivery[Key] } & {
  readonly attempts: WebhookAttempt[];
  readonly lane: string;
  /** Signs in place of the integration's secret. */
  readonly secret: string | undefined;
};

export interface Outbound {
  readonly integrationId: string;
  readonly guestId: string;
  readonly conversationId?: string | undefined;
  readonly body: OutboundBody;
  readonly secret?: string | undefined;
}

/**
 * The platform's deliveries to webhooks: at least once, with its retries. First attempts for one guest go out in
 * order, unless the settings say otherwise; a retry delays no other delivery. The address and the secret are those
 * at the time of the attempt.
 */
export class WebhookQueue {
  /** Share of deliveries, from 0 to 1, that are made twice. */
  duplicateShare = 0;
  /** Share of deliveries, from 0 to 1, that start `lateMs` later and so after their successors. */
  lateShare = 0;
  lateMs = 500;
  private readonly duplicates = new ShareCounter();
  private readonly late = new ShareCounter();
  private readonly sender = new JsonSender();
  private readonly log: Pending[] = [];
  private readonly live = new Set<Pending>();
  /** First attempts by lane; the head of each list is on its way. */
  private readonly lanes = new Map<string, Pending[]>();
  private held: Pending[] | undefined;
  private waiting: (() => void)[] = [];
  private timers = new TimerSet();
  private sent = 0;
  private isClosed = false;

  constructor(
    private readonly integrations: ReadonlyMap<string, OpenIntegration>,
    private readonly settings: OpenMessagingSettings,
  ) {}

  /** The newest deliveries, oldest first. */
  get deliveries(): readonly WebhookDelivery[] {
    return this.log;
  }

  /** Number of deliveries that are held, under way or waiting for a retry. */
  get pending(): number {
    return this.live.size;
  }

  /** Number of deliveries since the start or the last reset, duplicates included. */
  get total(): number {
    return this.sent;
  }

  add(outbound: Outbound): WebhookDelivery {
    const delivery = this.register(outbound, false);
    if (this.duplicates.take(this.duplicateShare)) this.register(outbound, true);
    return delivery;
  }

  /** Holds deliveries from now on; retries of earlier ones go on. */
  hold(): void {
    this.held ??= [];
  }

  /** Starts the held deliveries, in order or reversed, and holds no more. */
  release(order: 'in-order' | 'reversed' = 'in-order'): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const delivery of order === 'reversed' ? held.reverse() : held) this.enter(delivery);
  }

  /** Resolves when no delivery is pending; a held one is pending. */
  settled(): Promise<void> {
    if (this.live.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Drops all pending deliveries, forgets all others, and ends the disturbances. */
  reset(): void {
    this.stop();
    this.timers = new TimerSet();
    this.log.length = 0;
    this.sent = 0;
    this.duplicateShare = 0;
    this.lateShare = 0;
  }

  /** Drops all pending deliveries and every later one, and closes the connections. */
  close(): void {
    this.isClosed = true;
    this.stop();
  }

  private stop(): void {
    this.timers.clear();
    this.held = undefined;
    this.lanes.clear();
    for (const delivery of this.live) this.finish(delivery, 'dropped');
    this.sender.stop();
  }

  private register(outbound: Outbound, isDuplicate: boolean): WebhookDelivery {
    const { integrationId, guestId, conversationId, body, secret } = outbound;
    this.sent += 1;
    const lane = this.settings.ordered ? `${integrationId} ${guestId}` : String(this.sent);
    const shared = { integrationId, conversationId, body, secret, lane, isDuplicate };
    const isDropped = this.isClosed || this.live.size >= this.settings.maxPendingWebhooks;
    const delivery: Pending = { ...shared, attempts: [], outcome: isDropped ? 'dropped' : 'pending' };
    this.log.push(delivery);
    if (this.log.length > this.settings.keptDeliveries) this.log.shift();
    if (isDropped) return delivery;
    this.live.add(delivery);
    if (this.held !== undefined) this.held.push(delivery);
    else if (this.late.take(this.lateShare)) {
      this.timers.after(this.lateMs, () => {
        this.enter(delivery);
      });
    } else this.enter(delivery);
    return delivery;
  }

  private enter(delivery: Pending): void {
    const lane = this.lanes.get(delivery.lane);
    if (lane !== undefined) lane.push(delivery);
    else {
      const first = [delivery];
      this.lanes.set(delivery.lane, first);
      void this.drain(delivery.lane, first);
    }
  }

  private async drain(name: string, lane: Pending[]): Promise<void> {
    for (let head = lane[0]; head !== undefined; head = lane[0]) {
      await this.attempt(head);
      lane.shift();
    }
    // A reset may have put another list in its place.
    if (this.lanes.get(name) === lane) this.lanes.delete(name);
  }

  private async attempt(delivery: Pending): Promise<void> {
    if (delivery.outcome !== 'pending') return;
    const integration = this.integrations.get(delivery.integrationId);
    const url = integration?.webhookUrl;
    if (integration === undefined || url === undefined) {
      this.finish(delivery, 'undeliverable');
      return;
    }
    const at = this.settings.now();
    const body = JSON.stringify(delivery.body);
    const signature = signatureOf(delivery.secret ?? integration.secret, body);
    const headers = { ...integration.webhookHeaders, 'x-hub-signature-256': signature };
    const result = await this.sender.post({ url, headers }, body, this.settings.webhookTimeoutMs);
    if (this.live.has(delivery)) this.record(delivery, { at, ...result });
  }

  private record(delivery: Pending, attempt: WebhookAttempt): void {
    const { retries, retryFirstMs, retryEveryMs } = this.settings;
    const { attempts } = delivery;
    attempts.push(attempt);
    if (isAccepted(attempt)) this.finish(delivery, 'delivered');
    else if (!isRetried(attempt)) this.finish(delivery, 'refused');
    else if (attempts.length > retries + 1) this.finish(delivery, 'failed');
    else {
      this.timers.after(attempts.length === 1 ? retryFirstMs : retryEveryMs, () => {
        void this.attempt(delivery);
      });
    }
  }

  private finish(delivery: Pending, outcome: WebhookDelivery['outcome']): void {
    delivery.outcome = outcome;
    this.live.delete(delivery);
    if (this.live.size > 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
