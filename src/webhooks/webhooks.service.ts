import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import { AccessService } from '../access/access.service';
import type { Caller } from '../access/domain/caller';
import { Clock } from '../common/time/clock';
import { WebhooksConfig } from '../config/webhooks.config';
import { hasMessages } from './domain/webhook-event-type';
import type { Webhook, WebhookSecret, WebhookSettings } from './domain/webhook';
import { assertWebhookId } from './domain/webhook-id';
import { WebhookLimitError, WebhookNotFoundError, WebhookNotVerifiedError } from './domain/webhook.errors';
import { WebhookStore } from './ports/webhook.store';
import { webhookScopeOf } from './webhook-scope';
import { WebhookUrlRules } from './webhook-url-rules';
import { CommitSignal } from '../common/commit-signal';

const SECRET_BYTES = 32;
/** Secrets that sign at the same time: the current one, and those before it until their overlap is over. */
const MAX_SECRETS = 3;

/** A webhook with the secret that was generated for it. */
export interface WebhookWithSecret {
  readonly webhook: Webhook;
  readonly secret: string;
}

/**
 * The actions of callers on their webhooks. Every method with an id throws `WebhookNotFoundError`, also for a webhook of
 * another caller.
 */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly access: AccessService,
    private readonly urls: WebhookUrlRules,
    private readonly config: WebhooksConfig,
    private readonly clock: Clock,
    private readonly commits: CommitSignal,
  ) {}

  /**
   * Registers a webhook, which is unverified. Throws `WebhookLimitError`, `InsufficientScopeError` for events that the
   * caller may not read itself, `InvalidRequestError` and `WebhookUrlRefusedError`.
   */
  async create(settings: WebhookSettings, caller: Caller): Promise<WebhookWithSecret> {
    this.assertAllowed(settings, caller);
    const secret = newSecret();
    const id = uuid();
    const { owner } = caller;
    const created = { ...settings, id, owner, secrets: [{ secret }], createdAt: this.clock.now() };
    if (!(await this.webhooks.create(created, this.config.maxPerCaller)))
      throw new WebhookLimitError(this.config.maxPerCaller);
    return { webhook: found(await this.webhooks.find(id, { owner })), secret };
  }

  /**
   * Another URL has to be verified. Throws as `create` does, for another URL also by the events that the webhook gets
   * already: its receiver must not learn more than the caller may read.
   */
  async update(id: string, changes: Partial<WebhookSettings>, caller: Caller): Promise<Webhook> {
    assertWebhookId(id);
    const scope = webhookScopeOf(caller);
    this.assertAllowed(changes, caller);
    if (changes.url !== undefined) {
      const { types, sessions } = found(await this.webhooks.find(id, scope));
      this.assertAllowed({ types, sessions, ...changes }, caller);
    }
    return found(await this.webhooks.update(id, scope, changes, this.clock.now()));
  }

  /** The secret before it signs as well for `overlapMs`. */
  async rotateSecret(id: string, overlapMs: number, caller: Caller): Promise<WebhookWithSecret> {
    assertWebhookId(id);
    const secret = newSecret();
    const now = this.clock.now();
    const renew = (current: readonly WebhookSecret[]): readonly WebhookSecret[] => [
      { secret },
      ...current.map((before) => endingBy(before, now + overlapMs)).filter((before) => !isOver(before, now)),
    ];
    const renewed = await this.webhooks.rotate(
      id,
      webhookScopeOf(caller),
      (current) => renew(current).slice(0, MAX_SECRETS),
      now,
    );
    return { webhook: found(renewed), secret };
  }

  /** Keeps events instead of delivering them; what is in flight is finished. A webhook that is not active stays as it is. */
  async pause(id: string, caller: Caller): Promise<Webhook> {
    assertWebhookId(id);
    return found(await this.webhooks.pause(id, webhookScopeOf(caller), this.clock.now()));
  }

  /** Delivers again, the oldest events first. Throws `WebhookNotVerifiedError`. */
  async resume(id: string, caller: Caller): Promise<Webhook> {
    assertWebhookId(id);
    const webhook = found(await this.webhooks.resume(id, webhookScopeOf(caller), this.clock.now()));
    if (webhook.status === 'unverified') throw new WebhookNotVerifiedError();
    this.commits.notify('webhooks');
    return webhook;
  }

  async delete(id: string, caller: Caller): Promise<void> {
    assertWebhookId(id);
    if (!(await this.webhooks.delete(id, webhookScopeOf(caller), this.clock.now())))
      throw new WebhookNotFoundError();
  }

  /** A webhook must not tell its caller more than the caller may read. */
  private assertAllowed({ url, types, sessions }: Partial<WebhookSettings>, caller: Caller): void {
    if (url !== undefined) this.urls.check(url);
    if (types !== undefined && hasMessages(types))
      this.access.authorize(caller, { kind: 'scope', scope: 'messages.read' });
    if (sessions === 'all') this.access.authorize(caller, { kind: 'scope', scope: 'sessions.any' });
  }
}

function found(webhook: Webhook | undefined): Webhook {
  if (webhook === undefined) throw new WebhookNotFoundError();
  return webhook;
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function endingBy({ secret, expiresAt = Infinity }: WebhookSecret, end: number): WebhookSecret {
  return { secret, expiresAt: Math.min(expiresAt, end) };
}

function isOver({ expiresAt = Infinity }: WebhookSecret, now: number): boolean {
  return expiresAt <= now;
}
