import { UpstreamUnauthorizedError } from '../common/errors/upstream.errors';
import { HttpClient } from '../common/http/http-client';
import { OutboundPool } from '../common/http/outbound-pool';
import { undiciHttpService } from '../common/http/undici-http-service';
import { NameResolver } from '../common/names/name-resolver';
import { SystemClock } from '../common/time/system-clock';
import type { Environment } from '../config/environment';
import { GenesysConfig } from '../config/genesys.config';
import { ProxyConfig } from '../config/proxy.config';
import { WebMessagingConfig } from '../config/web-messaging.config';
import { Metrics } from '../metrics/metrics';
import { flagIn, textsIn } from './fields';
import { OAuthTokenEndpoint } from './oauth/oauth-token-endpoint';
import { IntegrationAdmin } from './open-messaging/admin/integration-admin';
import { type PlatformIntegration, webhookUrlOf } from './open-messaging/admin/platform-integration';
import { errorOf, jsonObjectOf } from './transport/classification';
import { GenesysHttpClient } from './transport/genesys-http-client';
import { GenesysTelemetry } from './transport/genesys.telemetry';
import { UpstreamCircuits } from './transport/upstream-circuits';
import { WebSocketOpener } from './transport/web-socket-opener';
import { type Deployment, DeploymentConfig } from './web-messaging/deployment/deployment-config';
import { SocketTrial, type TriedSession } from './web-messaging/socket-trial';

/** Permissions as the platform writes them, such as `conversation:message:view`. */
const PERMISSION = /\b[a-z]\w{1,39}:[a-z]\w{1,39}(?::[a-z]\w{1,39})?\b/gi;
const MAX_ERROR_LENGTH = 16_384;
const MAX_PERMISSIONS = 10;

/** An answer of the platform API, without its body. */
export interface PlatformAnswer {
  readonly status: number;
  /** The permissions that a refusal names. */
  readonly permissions: readonly string[];
  /** Requests a window that the platform allows the token, and has counted (`inin-ratelimit-*`). */
  readonly allowed: number | undefined;
  readonly count: number | undefined;
  readonly correlationId: string | undefined;
}

/** The origins that a deployment accepts guests from. */
export interface AllowedDomains {
  readonly all: boolean;
  readonly domains: readonly string[];
}

/**
 * Reads of Genesys Cloud for a diagnosis, over connections as the service makes them: with its time-outs, proxies and
 * certificates, once each and without a budget. Nothing is changed. All methods reject with an `UpstreamError`.
 * Disposing it closes the connections.
 */
export class GenesysDiagnostics implements AsyncDisposable {
  private readonly config: GenesysConfig;
  private readonly web: WebMessagingConfig;
  private readonly metrics = new Metrics();
  private readonly pool: OutboundPool;
  private readonly http: GenesysHttpClient;
  private readonly tokens: OAuthTokenEndpoint;
  private readonly admin: IntegrationAdmin;
  private readonly sockets: WebSocketOpener;
  private readonly issued = new Map<string, string>();

  constructor(environment: Environment) {
    this.config = new GenesysConfig(environment);
    this.web = new WebMessagingConfig(environment);
    const proxy = new ProxyConfig(environment);
    this.pool = new OutboundPool(2, { proxies: proxy.proxies });
    this.http = new GenesysHttpClient(
      new HttpClient(undiciHttpService(this.pool)),
      this.config,
      new GenesysTelemetry(this.metrics),
      new UpstreamCircuits(this.config, this.metrics),
    );
    this.tokens = new OAuthTokenEndpoint(this.http, this.config, new SystemClock());
    this.admin = new IntegrationAdmin(this.http, this.tokens, this.config);
    this.sockets = new WebSocketOpener(new NameResolver(), proxy);
  }

  /** The header `Date` of the login host, for any status; undefined without it. */
  async loginDate(signal: AbortSignal): Promise<string | undefined> {
    const url = `${this.config.loginUrl}/oauth/token`;
    const { date } = await this.http.send({ operation: 'token', method: 'GET', url, headers: {} }, signal);
    return date;
  }

  /** Requests a token for the client, for the reads that follow. */
  async signIn(clientId: string): Promise<void> {
    this.issued.set(clientId, (await this.tokens.requestToken(clientId)).value);
  }

  /** The answer to a read below `/api/v2/`, of any status, with the token of `signIn`. */
  async read(path: string, clientId: string, signal: AbortSignal): Promise<PlatformAnswer> {
    const token = this.issued.get(clientId);
    if (token === undefined) throw new UpstreamUnauthorizedError('The client has no access token.');
    const { status, body, rate, correlationId } = await this.http.send(
      {
        operation: 'details',
        method: 'GET',
        url: `${this.config.apiUrl}/api/v2/${path}`,
        headers: { authorization: `Bearer ${token}` },
      },
      signal,
    );
    const permissions = status === 403 ? permissionsIn(body) : [];
    return { status, permissions, allowed: rate.allowed, count: rate.count, correlationId };
  }

  /** The configured deployment. */
  deployment(): Promise<Deployment> {
    return new DeploymentConfig(this.http, this.web).get();
  }

  /** The domains that the deployment allows; undefined where the platform does not publish them. */
  async allowedDomains(signal: AbortSignal): Promise<AllowedDomains | undefined> {
    const url = this.web.deploymentUrl.replace(/config\.json$/, 'domains.json');
    const answer = await this.http.send({ operation: 'deployment', method: 'GET', url, headers: {} }, signal);
    if (errorOf(answer) !== undefined) return undefined;
    const fields = jsonObjectOf(answer);
    return { all: flagIn(fields, 'allowAllDomains'), domains: textsIn(fields, 'allowedDomains') };
  }

  /** An Open Messaging integration, read as the first OAuth client. */
  integration(id: string, signal: AbortSignal): Promise<PlatformIntegration> {
    return this.admin.get(id, signal);
  }

  /** The address at which the service receives the webhooks of an integration. */
  webhookUrl(publicUrl: string, integrationId: string): string {
    return webhookUrlOf(publicUrl, integrationId);
  }

  /** The status of a `GET` to any address; the webhook of an integration does not act on one. */
  async statusOf(url: string, signal: AbortSignal): Promise<number> {
    const { status } = await this.http.send({ operation: 'ranges', method: 'GET', url, headers: {} }, signal);
    return status;
  }

  /** Configures a guest session over the WebSocket and closes it, without a message and so without a conversation. */
  tryGuestSession(signal: AbortSignal): Promise<TriedSession> {
    return new SocketTrial(this.web, this.sockets, this.metrics).run(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.destroy();
  }
}

/** Words in the form of permissions alone: the rest of a body is not shown. */
function permissionsIn(body: string): readonly string[] {
  if (body.length > MAX_ERROR_LENGTH) return [];
  return [...new Set(body.match(PERMISSION) ?? [])].slice(0, MAX_PERMISSIONS);
}
