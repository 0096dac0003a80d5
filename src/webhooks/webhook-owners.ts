import { Injectable } from '@nestjs/common';
import type { ScopeName } from '../common/access/scope';
import { AccessConfig } from '../config/access.config';
import { hasMessages } from './domain/webhook-event-type';
import type { Subscription } from './ports/webhook-queue';

/**
 * The callers that have webhooks, as far as they are known in advance: the callers of keys are, those of tokens are not,
 * and keep the webhooks that they registered.
 */
@Injectable()
export class WebhookOwners {
  constructor(private readonly access: AccessConfig) {}

  /** Whether there is still a key of the owner, expired or not. */
  isKnown(owner: string): boolean {
    return this.access.mode !== 'keys' || this.access.keys.of(owner).length > 0;
  }

  /** Whether the owner may still read this event: a scope that is taken away ends its events at once. */
  mayHear({ owner, sessions }: Pick<Subscription, 'owner' | 'sessions'>, type: string): boolean {
    if (this.access.mode !== 'keys') return true;
    const needed: ScopeName[] = [
      'webhooks.manage',
      ...(hasMessages([type]) ? (['messages.read'] as const) : []),
      ...(sessions === 'all' ? (['sessions.any'] as const) : []),
    ];
    const entries = this.access.keys.of(owner);
    return needed.every((scope) => entries.some(({ scopes }) => scopes.includes(scope)));
  }
}
