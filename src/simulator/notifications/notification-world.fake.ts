import { GenesysSimulator } from '../genesys-simulator';
import { INTEGRATION, OpenMiddleware, SECRET } from '../open-messaging/open-middleware.fake';
import { Answered } from '../web-messaging/call-json.fake';
import { DeploymentOptions } from '../web-messaging/deployment';
import { ChannelClient } from './channel-client.fake';
import { NotificationOptions } from './notification-options';

export const START = Date.parse('2026-11-22T08:00:00.000Z');
export const CHANNELS = '/api/v2/notifications/channels';

export interface CreatedChannel {
  readonly id: string;
  readonly connectUri: string;
  readonly expires: string;
}

/** A simulator with one integration and a clock that the test moves, and a logged-in OAuth client. */
export class NotificationWorld {
  now = START;
  private started: { readonly simulator: GenesysSimulator; readonly middleware: OpenMiddleware } | undefined;

  /** A new world for each test of a file, unless the test starts it again with options. */
  static forEachTest(): NotificationWorld {
    const world = new NotificationWorld();
    beforeEach(() => world.start());
    afterEach(() => world.simulator.close());
    return world;
  }

  get simulator(): GenesysSimulator {
    return this.here.simulator;
  }

  get middleware(): OpenMiddleware {
    return this.here.middleware;
  }

  async restart(options: NotificationOptions, deployment: DeploymentOptions = {}): Promise<void> {
    await this.simulator.close();
    await this.start(options, deployment);
  }

  /** Logs in again, by default as the same OAuth client. */
  logIn(clientId?: string, secret?: string): Promise<OpenMiddleware> {
    return OpenMiddleware.logIn(this.simulator, clientId, secret);
  }

  call(method: string, path: string, body?: unknown): Promise<Answered> {
    return this.middleware.call(method, path, body);
  }

  async createChannel(): Promise<CreatedChannel> {
    return (await this.call('POST', CHANNELS, {})).body as unknown as CreatedChannel;
  }

  subscribe(method: string, channelId: string, topics: readonly string[], query = ''): Promise<Answered> {
    const path = `${CHANNELS}/${channelId}/subscriptions${query}`;
    return this.call(
      method,
      path,
      topics.map((id) => ({ id })),
    );
  }

  /** Makes a channel with these topics and connects it. */
  async connect(...topics: readonly string[]): Promise<ChannelClient> {
    const { id, connectUri } = await this.createChannel();
    await this.subscribe('PUT', id, topics);
    return ChannelClient.connect(connectUri);
  }

  private async start(
    notifications: NotificationOptions = {},
    deployment: DeploymentOptions = {},
  ): Promise<void> {
    this.now = START;
    const simulator = await GenesysSimulator.start({
      now: () => this.now,
      openMessaging: { integrations: [{ id: INTEGRATION, secret: SECRET }] },
      webMessaging: { deployments: [deployment] },
      notifications,
    });
    this.started = { simulator, middleware: await OpenMiddleware.logIn(simulator) };
  }

  private get here(): { readonly simulator: GenesysSimulator; readonly middleware: OpenMiddleware } {
    if (this.started === undefined) throw new Error('No test is running.');
    return this.started;
  }
}
