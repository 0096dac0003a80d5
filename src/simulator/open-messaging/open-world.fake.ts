import { GenesysSimulator } from '../genesys-simulator';
import { INTEGRATION, OpenMiddleware, SECRET } from './open-middleware.fake';
import { OpenMessagingOptions } from './open-messaging-options';

export const START = Date.parse('2026-11-22T08:00:00.000Z');
export const BOB = { userId: 'bob', name: 'Bob' };

export interface OpenWorld {
  readonly simulator: GenesysSimulator;
  readonly middleware: OpenMiddleware;
  /** Id of the conversation of `guest-1`. */
  readonly id: string;
}

/** Starts a simulator with one integration and a conversation of `guest-1`, on this clock. */
export async function startOpenWorld(
  now: () => number,
  options: OpenMessagingOptions = {},
): Promise<OpenWorld> {
  const integrations = [{ id: INTEGRATION, secret: SECRET }];
  const simulator = await GenesysSimulator.start({ now, openMessaging: { integrations, ...options } });
  const middleware = await OpenMiddleware.logIn(simulator);
  return { simulator, middleware, id: await middleware.say('guest-1', 'hi', { messageId: 'ext-1' }) };
}
