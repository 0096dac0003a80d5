import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { CrmConfig } from '../config/crm.config';

/**
 * The headers of Standard Webhooks 1.0: an id, the time of the attempt, and one signature per current secret, in
 * their order. Without a secret there is no signature.
 */
@Injectable()
export class WebhookSigner {
  constructor(private readonly config: CrmConfig) {}

  /** `body` is the exact body of the request; `now` is in epoch milliseconds. */
  headersFor(id: string, body: string, now: number): Record<string, string> {
    const at = new Date(now);
    const signatures = this.config.secrets.current.map((secret) => new Webhook(secret).sign(id, at, body));
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1000)),
      ...(signatures.length === 0 ? {} : { 'webhook-signature': signatures.join(' ') }),
    };
  }
}
