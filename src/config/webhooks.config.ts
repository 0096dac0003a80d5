import { ProxyRules } from '../common/http/proxy-rules';
import type { Environment } from './environment';

/** The webhooks that callers register. */
export class WebhooksConfig {
  readonly maxPerCaller: number;
  /** Allows a webhook at an address that is not globally routable, and without TLS. */
  readonly allowPrivate: boolean;
  /** None unless the operator says that the proxy refuses addresses that callers must not reach. */
  readonly proxies: ProxyRules;

  constructor(environment: Environment) {
    const { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: direct } = environment;
    this.maxPerCaller = environment.WEBHOOKS_MAX_PER_CALLER;
    this.allowPrivate = environment.WEBHOOKS_ALLOW_PRIVATE;
    this.proxies = environment.WEBHOOKS_PROXY ? new ProxyRules({ http, https, direct }) : new ProxyRules();
  }
}
