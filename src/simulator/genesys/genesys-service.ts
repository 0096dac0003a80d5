import { randomUUID } from 'node:crypto';
import { GenesysState } from '../genesys-state';
import { Answer, emptyAnswer, problemAnswer } from '../server/answer';
import { only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { SimulatedService, UpgradeRequest } from '../server/simulated-service';
import { inboundIn } from '../open-messaging/inbound-endpoint';
import { ChannelEndpoint } from '../notifications/channel-endpoint';
import { CHANNEL_PATH } from '../notifications/channel-gateway';
import { NotificationRoutes } from '../notifications/notification-routes';
import { Notifications } from '../notifications/notifications';
import { OpenMessaging } from '../open-messaging/open-messaging';
import { OpenMessagingEndpoints } from '../open-messaging/open-messaging-endpoints';
import { OpenMessagingRoutes } from '../open-messaging/open-messaging-routes';
import { UPLOADS } from '../web-messaging/file-endpoint';
import { GUEST_PATH } from '../web-messaging/guest-gateway';
import { MESSAGES_PATH, MessageConversationEndpoint } from '../web-messaging/message-conversation-endpoint';
import { WebMessaging } from '../web-messaging/web-messaging';
import { WebMessagingEndpoints } from '../web-messaging/web-messaging-endpoints';
import { WebMessagingRoutes } from '../web-messaging/web-messaging-routes';
import { PlatformReads } from './platform-reads';
import {
  Admitted,
  ConversationEndpoint,
  conversationIdIn,
  CONVERSATIONS_PATH,
} from './conversation-endpoint';
import { credentialsIn, loginFailure, OAuthEndpoint, TOKEN_PATH } from './oauth-endpoint';
import { platformError, tooManyRequests } from './platform-error';
import { AccessToken } from './token-registry';

const MAX_BODY_BYTES = 512_000;
const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;

/**
 * Login and platform API on one address. Every API answer carries a correlation
 * id and the state of the token's rate window, whatever its status.
 */
export class GenesysService extends SimulatedService {
  private readonly oauth: OAuthEndpoint;
  private readonly conversations: ConversationEndpoint;
  private readonly messages: MessageConversationEndpoint;
  private readonly open: WebMessagingEndpoints;
  private readonly routes: WebMessagingRoutes;
  private readonly openMessaging: OpenMessagingEndpoints;
  private readonly openRoutes: OpenMessagingRoutes;
  private readonly reads: PlatformReads;
  private readonly channels: ChannelEndpoint;
  private readonly notificationRoutes: NotificationRoutes;

  constructor(
    private readonly state: GenesysState,
    private readonly web: WebMessaging,
    private readonly openChannel: OpenMessaging,
    private readonly notifications: Notifications,
  ) {
    super();
    this.oauth = new OAuthEndpoint(state);
    this.conversations = new ConversationEndpoint(state);
    this.messages = new MessageConversationEndpoint(web.registry, web.conversations);
    this.open = new WebMessagingEndpoints(web);
    this.routes = new WebMessagingRoutes(web);
    this.openMessaging = new OpenMessagingEndpoints(openChannel);
    this.openRoutes = new OpenMessagingRoutes(openChannel);
    this.channels = new ChannelEndpoint(notifications.channels, notifications.subscriptions);
    this.notificationRoutes = new NotificationRoutes(notifications);
    this.reads = new PlatformReads(web.registry, openChannel);
  }

  maxBodyBytes(path: string): number {
    return path.startsWith(UPLOADS) ? MAX_UPLOAD_BYTES : MAX_BODY_BYTES;
  }

  answer(request: SimulatedRequest): Answer {
    if (request.path === TOKEN_PATH) return this.oauth.answer(request);
    const correlationId = randomUUID();
    const isApi = request.path.startsWith('/api/');
    const open = this.open.answer(request, correlationId);
    if (open !== undefined) return isApi ? this.withPlatformHeaders(open, undefined, correlationId) : open;
    if (request.path === GUEST_PATH || request.path.startsWith(CHANNEL_PATH))
      return problemAnswer(426, 'this is for WebSockets', { upgrade: 'websocket' });
    if (!isApi) return platformError({ status: 404 }, correlationId);
    const token = this.tokenOf(request);
    return this.withPlatformHeaders(this.apiAnswer(request, token, correlationId), token, correlationId);
  }

  upgrade(request: SimulatedRequest, wire: UpgradeRequest): Answer | undefined {
    if (request.path.startsWith(CHANNEL_PATH)) return this.notifications.upgrade(request, wire);
    return request.path === GUEST_PATH ? this.web.upgrade(request, wire) : this.answer(request);
  }

  failure(request: SimulatedRequest, status: number, retryAfter?: string): Answer {
    if (request.path === TOKEN_PATH) {
      return status === 400 || status === 401
        ? loginFailure(status, 'invalid_client', 'authentication failed')
        : loginFailure(status, 'internal_error', `error ${status}`);
    }
    const correlationId = randomUUID();
    const answer =
      status === 429 && retryAfter !== undefined
        ? tooManyRequests(retryAfter, correlationId)
        : platformError({ status }, correlationId);
    return this.withPlatformHeaders(answer, this.tokenOf(request), correlationId);
  }

  clientOf(request: SimulatedRequest): string | undefined {
    return request.path === TOKEN_PATH ? credentialsIn(request)?.clientId : this.tokenOf(request)?.clientId;
  }

  conversationIdOf(path: string, body: unknown): string | undefined {
    const inbound = inboundIn(path);
    if (inbound !== undefined) return this.openChannel.conversationIdOf(inbound.integrationId, body);
    if (path.startsWith(MESSAGES_PATH)) return path.slice(MESSAGES_PATH.length).split('/')[0];
    if (path !== CONVERSATIONS_PATH) return conversationIdIn(path);
    if (typeof body !== 'object' || body === null || !('id' in body)) return undefined;
    return typeof body.id === 'string' ? body.id : undefined;
  }

  /** Control routes for the acts of an agent or an administrator: hang up, and revoke tokens. */
  control(request: SimulatedRequest): Answer | undefined {
    const id = /^\/_sim\/conversations\/([^/]+)\/disconnect$/.exec(request.path)?.[1];
    if (id !== undefined) {
      return only('POST', request, () =>
        this.state.disconnect(id) ? emptyAnswer(204) : problemAnswer(404, `${id} is not connected`),
      );
    }
    if (request.path !== '/_sim/tokens')
      return (
        this.routes.answer(request) ??
        this.openRoutes.answer(request) ??
        this.notificationRoutes.answer(request)
      );
    return only('DELETE', request, () => {
      this.state.revokeTokens(request.query.client);
      return emptyAnswer(204);
    });
  }

  describe(limit: number): unknown {
    const { tokenRequests, throttled, liveTokens } = this.state;
    const conversations = [...this.state.conversations.values()];
    return {
      tokenRequests,
      liveTokens,
      throttled,
      connected: conversations.filter(({ state }) => state === 'connected').length,
      total: conversations.length,
      webMessaging: this.web.describe(),
      openMessaging: this.openChannel.describe(),
      notifications: this.notifications.describe(),
      conversations: conversations.slice(Math.max(0, conversations.length - limit)),
    };
  }

  reset(): void {
    this.state.reset();
    this.web.reset();
    this.openChannel.reset();
    this.notifications.reset();
  }

  private apiAnswer(
    request: SimulatedRequest,
    token: AccessToken | undefined,
    correlationId: string,
  ): Answer {
    if (token === undefined) {
      const isMissing = request.headers.authorization === undefined;
      const wording = {
        code: 'authentication.required',
        message: 'No authentication bearer token specified.',
      };
      return platformError({ status: 401, ...(isMissing ? wording : {}) }, correlationId);
    }
    const now = this.state.now();
    if (!token.window.admit(this.state.requestsPerMinute || Infinity, now)) {
      this.state.throttled += 1;
      return tooManyRequests(String(token.window.secondsLeft(now)), correlationId);
    }
    if (request.isTooLarge) return platformError({ status: 413 }, correlationId);
    return this.admittedAnswer({ request, clientId: token.clientId, correlationId });
  }

  /** The open channel precedes web messaging, which knows no id of its conversations and messages. */
  private admittedAnswer(admitted: Admitted): Answer {
    return (
      this.openMessaging.answer(admitted) ??
      this.channels.answer(admitted) ??
      this.reads.answer(admitted) ??
      (admitted.request.path.startsWith(MESSAGES_PATH)
        ? this.messages.answer(admitted)
        : this.conversations.answer(admitted))
    );
  }

  private tokenOf({ headers: { authorization = '' } }: SimulatedRequest): AccessToken | undefined {
    return /^bearer /i.test(authorization) ? this.state.findToken(authorization.slice(7).trim()) : undefined;
  }

  private withPlatformHeaders(answer: Answer, token: AccessToken | undefined, correlationId: string): Answer {
    const now = this.state.now();
    return {
      ...answer,
      headers: {
        ...answer.headers,
        'inin-correlation-id': correlationId,
        'inin-ratelimit-count': String(token?.window.count(now) ?? 0),
        'inin-ratelimit-allowed': String(this.state.advertisedLimit),
        'inin-ratelimit-reset': String(token?.window.secondsLeft(now) ?? this.state.rateWindowSeconds),
      },
    };
  }
}
