import { AttemptResult, isAccepted, JsonSender } from '../server/json-sender';
import { TimerSet } from '../server/timer-set';
import { DetailEvent } from './detail-events';
import { Disturbance } from './disturbance';
import { EventEnvelope } from './event-envelope';
import { NotificationSettings } from './notification-options';
import { pushBodyOf } from './push-body';
import { PushTarget, PushTargetOptions, takesEvent } from './push-target';

/**
 * The push of one event to one target.
 *
 *   pending ── 2xx ──▶ delivered
 *     ├─ last retry without success ──▶ failed
 *     ├─ target removed ──▶ undeliverable
 *     └─ queue full, reset or close ──▶ dropped
 */
export interface EventPush {
  readonly targetId: string;
  readonly conversationId: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** A second push of the event, made on purpose. */
  readonly isDuplicate: boolean;
  readonly attempts: readonly AttemptResult[];
  readonly outcome: 'pending' | 'delivered' | 'failed' | 'undeliverable' | 'dropped';
}

type Pending = { -readonly [Key in keyof EventPush]: EventPush[Key] } & {
  readonly attempts: AttemptResult[];
};

/**
 * Pushes detail events over HTTP: at least once and in no order. Everything but a 2xx status is retried. A push
 * that the disturbance drops is never made.
 */
export class PushQueue {
  readonly targets = new Map<string, PushTarget>();
  private readonly sender = new JsonSender();
  private readonly log: Pending[] = [];
  private readonly live = new Set<Pending>();
  private timers = new TimerSet();
  private waiting: (() => void)[] = [];
  private lastTarget = 0;
  private started = 0;
  private isClosed = false;

  constructor(
    private readonly disturbance: Disturbance,
    private readonly settings: NotificationSettings,
  ) {
    for (const target of settings.pushTargets) this.addTarget(target);
  }

  /** The newest pushes, oldest first. */
  get pushes(): readonly EventPush[] {
    return this.log;
  }

  /** Number of pushes since the start or the last reset, duplicates included. */
  get total(): number {
    return this.started;
  }

  /** Number of pushes that are late, under way or waiting for a retry. */
  get pending(): number {
    return this.live.size;
  }

  /** Returns the target's id. */
  addTarget(options: PushTargetOptions): string {
    this.lastTarget += 1;
    const id = `target-${this.lastTarget}`;
    this.targets.set(id, { id, ...options });
    return id;
  }

  /** Starts the pushes of an event to all targets that take it; returns their number, duplicates included. */
  add(event: DetailEvent, envelope: EventEnvelope): number {
    let count = 0;
    for (const target of this.targets.values()) {
      if (!takesEvent(target, event)) continue;
      const body = pushBodyOf(target.kind, event, envelope);
      for (const [index, delayMs] of this.disturbance.plan().entries()) {
        count += 1;
        this.start(
          { targetId: target.id, conversationId: event.conversationId, body, isDuplicate: index > 0 },
          delayMs,
        );
      }
    }
    return count;
  }

  /** Resolves when no push is pending. */
  settled(): Promise<void> {
    if (this.live.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Drops all pending pushes and forgets all others. Targets stay. */
  reset(): void {
    this.stop();
    this.timers = new TimerSet();
    this.log.length = 0;
    this.started = 0;
  }

  /** Drops all pending pushes and every later one, and closes the connections. */
  close(): void {
    this.isClosed = true;
    this.stop();
  }

  private stop(): void {
    this.timers.clear();
    for (const push of this.live) this.finish(push, 'dropped');
    this.sender.stop();
  }

  private start(event: Omit<EventPush, 'attempts' | 'outcome'>, delayMs: number): void {
    const isDropped = this.isClosed || this.live.size >= this.settings.maxPendingPushes;
    const push: Pending = { ...event, attempts: [], outcome: isDropped ? 'dropped' : 'pending' };
    this.started += 1;
    this.log.push(push);
    if (this.log.length > this.settings.keptEvents) this.log.shift();
    if (isDropped) return;
    this.live.add(push);
    if (delayMs > 0) this.attemptAfter(delayMs, push);
    else void this.attempt(push);
  }

  private attemptAfter(ms: number, push: Pending): void {
    this.timers.after(ms, () => {
      void this.attempt(push);
    });
  }

  private async attempt(push: Pending): Promise<void> {
    const target = this.targets.get(push.targetId);
    if (target === undefined) {
      this.finish(push, 'undeliverable');
      return;
    }
    const { url, headers = {} } = target;
    const body = JSON.stringify(push.body);
    const result = await this.sender.post({ url, headers }, body, this.settings.pushTimeoutMs);
    if (!this.live.has(push)) return;
    push.attempts.push(result);
    if (isAccepted(result)) this.finish(push, 'delivered');
    else if (push.attempts.length > this.settings.pushRetries) this.finish(push, 'failed');
    else this.attemptAfter(this.settings.pushRetryMs, push);
  }

  private finish(push: Pending, outcome: EventPush['outcome']): void {
    push.outcome = outcome;
    this.live.delete(push);
    if (this.live.size > 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
