import { FaultRegistry } from './fault-registry';
import { GenesysState } from './genesys-state';
import type { ConversationChanged } from './genesys/conversation-view';
import { GenesysService } from './genesys/genesys-service';
import { NotificationOptions } from './notifications/notification-options';
import { Notifications } from './notifications/notifications';
import { OpenMessaging } from './open-messaging/open-messaging';
import { OpenMessagingOptions } from './open-messaging/open-messaging-options';
import { RequestJournal } from './request-journal';
import { SimulatorServer } from './server/simulator-server';
import { GUEST_PATH } from './web-messaging/guest-gateway';
import { WebMessaging } from './web-messaging/web-messaging';
import { WebMessagingOptions } from './web-messaging/web-messaging-options';

export interface GenesysSimulatorOptions {
  readonly host?: string;
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** OAuth client secrets by client id. */
  readonly clients?: Readonly<Record<string, string>>;
  readonly tokenLifetimeSeconds?: number;
  /** Requests a minute for each token; 0, the default, enforces no limit. The headers are sent either way. */
  readonly requestsPerMinute?: number;
  /** Length of the rate limit's "minute" in milliseconds. */
  readonly rateWindowMs?: number;
  /** Milliseconds added to each answer. */
  readonly latencyMs?: number;
  /** Maximum number of requests in the journal; 0 turns it off. */
  readonly journalSize?: number;
  /** Deployments, limits and lifetimes of the guests' sockets. */
  readonly webMessaging?: WebMessagingOptions;
  /** Integrations, webhooks and threading of Open Messaging. */
  readonly openMessaging?: OpenMessagingOptions;
  /** Channels, topics and events of the notification service. */
  readonly notifications?: NotificationOptions;
  /** Clock of tokens and rate windows, in epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Genesys Cloud as far as guest sessions need it: login, API, the guests' WebSocket, Open Messaging and notifications
 * on one port, with real state, the platform's headers and error bodies, and faults on request. Memory is bounded regardless of the running time.
 */
export class GenesysSimulator {
  readonly url: string;

  private constructor(
    readonly state: GenesysState,
    /** The guests' sockets, for reading, for playing the agent and for adding faults. */
    readonly webMessaging: WebMessaging,
    /** Open Messaging, for reading, for playing the agent and for disturbing the webhooks. */
    readonly openMessaging: OpenMessaging,
    /** The notification service, for reading its events and for disturbing them. */
    readonly notifications: Notifications,
    private readonly server: SimulatorServer,
  ) {
    this.url = server.url;
  }

  static async start(options: GenesysSimulatorOptions = {}): Promise<GenesysSimulator> {
    const state = new GenesysState({
      clients: options.clients ?? { 'demo-client': 'demo-secret' },
      tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
      requestsPerMinute: options.requestsPerMinute ?? 0,
      rateWindowMs: options.rateWindowMs ?? 60_000,
      now: options.now ?? Date.now,
    });
    const notifications = new Notifications(options.notifications ?? {}, state.now);
    const changed: ConversationChanged = (conversation) => {
      notifications.publish(conversation);
    };
    const web = new WebMessaging(options.webMessaging ?? {}, state.now, changed);
    const open = new OpenMessaging(options.openMessaging ?? {}, state.now, changed);
    const service = new GenesysService(state, web, open, notifications);
    const server = await SimulatorServer.listen(service, options);
    return new GenesysSimulator(state, web, open, notifications, server);
  }

  /** WebSocket address for guests, without the query. */
  get webSocketUrl(): string {
    return `${this.url.replace('http', 'ws')}${GUEST_PATH}`;
  }

  get requests(): RequestJournal {
    return this.server.requests;
  }

  get faults(): FaultRegistry {
    return this.server.faults;
  }

  /**
   * Clears faults, journal, conversations, guest sessions, webhook deliveries, notification channels and counts. OAuth clients, tokens and
   * integrations stay.
   */
  reset(): void {
    this.server.reset();
  }

  /** Breaks all connections, hanging ones included. Idempotent. */
  close(): Promise<void> {
    this.webMessaging.close();
    this.openMessaging.close();
    this.notifications.close();
    return this.server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
