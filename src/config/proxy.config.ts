import { ProxyRules } from '../common/http/proxy-rules';
import type { Environment } from './environment';

/**
 * The proxies of outgoing connections. Other replicas and PostgreSQL are always reached directly.
 *
 * @publicApi
 */
export class ProxyConfig {
  readonly proxies: ProxyRules;
  /** Proxies for webhooks; a proxy prevents the check of their addresses. */
  readonly webhookProxies: ProxyRules;

  constructor({ HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: direct, CRM_WEBHOOK_PROXY }: Environment) {
    this.proxies = new ProxyRules({ http, https, direct });
    this.webhookProxies = CRM_WEBHOOK_PROXY ? this.proxies : new ProxyRules();
  }
}
