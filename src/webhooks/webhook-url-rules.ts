import { Injectable } from '@nestjs/common';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { isLoopbackHost } from '../common/http/loopback';
import { isPublicAddress } from '../common/http/public-address';
import { urlFault } from '../config/url-rules';
import { WebhooksConfig } from '../config/webhooks.config';
import { WebhookUrlRefusedError } from './domain/webhook-url.errors';

const ADDRESS = /^(?:[\d.]+|\[.*\])$/;
const UNPRINTABLE = /[\s\p{C}]/u;

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
    const fault = urlFault(url, allowPrivate ? ['https', 'http'] : ['https'], false) ?? spellingFault(url);
    if (fault !== undefined) throw new InvalidRequestError([{ pointer, code: 'invalid-url', detail: fault }]);
    if (!allowPrivate && isPrivate(new URL(url).hostname))
      throw new WebhookUrlRefusedError('must lead to a globally routable address');
  }
}

/** A parser drops white space and control characters, so that the URL that is shown would not be the one that is used. */
function spellingFault(url: string): string | undefined {
  if (UNPRINTABLE.test(url)) return 'must hold no white space and no control characters';
  return url.includes('#') ? 'must not hold a fragment' : undefined;
}

function isPrivate(hostname: string): boolean {
  if (ADDRESS.test(hostname)) return !isPublicAddress(hostname.replace(/^\[|\]$/g, ''));
  // The dot ends a fully qualified name.
  return isLoopbackHost(hostname.replace(/\.$/, ''));
}
