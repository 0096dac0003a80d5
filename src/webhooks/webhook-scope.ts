import type { Caller } from '../access/domain/caller';
import type { WebhookScope } from './ports/webhook.store';

/** A caller's own webhooks, or all with the scope `sessions.any`. */
export function webhookScopeOf(caller: Caller): WebhookScope {
  return caller.may('sessions.any') ? {} : { owner: caller.owner };
}
