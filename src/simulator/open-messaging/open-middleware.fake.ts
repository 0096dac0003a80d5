import { GenesysSimulator } from '../genesys-simulator';
import { Answered, callJson } from '../web-messaging/call-json.fake';

export const INTEGRATION = 'b7d5e0aa-0000-4000-8000-00000000000b';
export const SECRET = 'a-secret-of-more-than-15-characters';

type Fields = Readonly<Record<string, unknown>>;

/** The caller's side of Open Messaging: a logged-in client of the platform API that speaks for guests. */
export class OpenMiddleware {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async logIn(
    { url }: GenesysSimulator,
    clientId = 'demo-client',
    secret = 'demo-secret',
  ): Promise<OpenMiddleware> {
    const response = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
      }),
    });
    return new OpenMiddleware(url, ((await response.json()) as { access_token: string }).access_token);
  }

  call(method: string, path: string, body?: unknown): Promise<Answered> {
    return callJson(method, `${this.url}${path}`, this.token, body);
  }

  inbound(kind: string, body: unknown, integrationId = INTEGRATION): Promise<Answered> {
    return this.call('POST', `/api/v2/conversations/messages/${integrationId}/inbound/open/${kind}`, body);
  }

  /** Sends a message of the guest and returns its conversation's id. */
  async say(guestId: string, text: string, channel: Fields = {}): Promise<string> {
    const { body } = await this.inbound('message?prefetchConversationId=true', {
      channel: channelOf(guestId, channel),
      text,
    });
    return String(body['conversationId']);
  }
}

export function channelOf(guestId: string, more: Fields = {}): Fields {
  return { from: { id: guestId, idType: 'Opaque' }, time: '2026-11-22T08:00:00.000Z', ...more };
}
