import { Injectable } from '@nestjs/common';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { isLoopbackHost } from '../common/http/loopback';
import { isPublicAddress } from '../common/http/public-address';
import { urlFault } from '../config/url-rules';
import { WebhooksConfig } from '../config/webhooks.config';
import { WebhookUrlRefusedError } from './domain/webhook-url.errors';

const ADDRESS = /^(?:[\d.]+|\[.*\])$/;

/** The URLs that a webhook may have. */
@Injectable()
export class WebhookUrlRules {
  constructor(private readonly config: WebhooksConfig) {}

  /**
   * Throws `InvalidRequestError` for a text that is no URL of a receiver, and `WebhookUrlRefusedError` for a host that is
   * plainly not public. The address behind a name is checked when an event is sent: it may change at any time.
   */
  check(url: string, pointer = '#/url'): void {
    const { allowPrivate } = this.config;
    const fault = urlFault(url, allowPrivate ? ['https', 'http'] : ['https'], false) ?? fragmentFault(url);
    if (fault !== undefined) throw new InvalidRequestError([{ pointer, code: 'invalid-url', detail: fault }]);
    if (!allowPrivate && isPrivate(new URL(url).hostname))
      throw new WebhookUrlRefusedError('must lead to a globally routable address');
  }
}

function fragmentFault(url: string): string | undefined {
  return url.includes('#') ? 'must not hold a fragment' : undefined;
}

function isPrivate(hostname: string): boolean {
  return (
    isLoopbackHost(hostname) || (ADDRESS.test(hostname) && !isPublicAddress(hostname.replace(/^\[|\]$/g, '')))
  );
}
