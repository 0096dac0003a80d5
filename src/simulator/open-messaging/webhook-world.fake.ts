import { GenesysSimulator } from '../genesys-simulator';
import { INTEGRATION, OpenMiddleware, SECRET } from './open-middleware.fake';
import { OpenMessaging } from './open-messaging';
import { OpenMessagingOptions } from './open-messaging-options';
import { WebhookReceiver } from './webhook-receiver.fake';

/** Time of the simulated platform, which stands still. */
export const NOW = Date.parse('2026-11-22T08:00:00.000Z');

/** A simulator with one integration, the receiver of its webhooks, and a conversation of `guest-1`. */
export class WebhookWorld {
  private constructor(
    readonly receiver: WebhookReceiver,
    readonly simulator: GenesysSimulator,
    readonly middleware: OpenMiddleware,
  ) {}

  static async start(options: OpenMessagingOptions = {}): Promise<WebhookWorld> {
    return WebhookWorld.around(await WebhookReceiver.start(), options);
  }

  get open(): OpenMessaging {
    return this.simulator.openMessaging;
  }

  /** The world with another simulator and the same receiver. */
  async restarted(options: OpenMessagingOptions): Promise<WebhookWorld> {
    await this.simulator.close();
    return WebhookWorld.around(this.receiver, options);
  }

  async close(): Promise<void> {
    await this.simulator.close();
    await this.receiver.close();
  }

  private static async around(
    receiver: WebhookReceiver,
    options: OpenMessagingOptions,
  ): Promise<WebhookWorld> {
    const integration = { id: INTEGRATION, secret: SECRET, name: 'Product', webhookUrl: receiver.url };
    const integrations = [{ ...integration, webhookHeaders: { authorization: 'Bearer x' } }];
    const simulator = await GenesysSimulator.start({
      now: () => NOW,
      openMessaging: { integrations, retryFirstMs: 20, retryEveryMs: 5, ...options },
    });
    const middleware = await OpenMiddleware.logIn(simulator);
    await middleware.say('guest-1', 'hi', { messageId: 'ext-1' });
    return new WebhookWorld(receiver, simulator, middleware);
  }
}
