import { Agent, request } from 'undici';
import type { Simulators } from '../children/simulators';
import { USER_AGENT } from '../../src/common/product';

/** Number of connections, as in the service. */
const CONNECTIONS = 128;

/** A minimal client of Genesys Cloud: an access token and a connection pool. */
export class BareUpstream {
  private readonly agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });

  private constructor(
    private readonly baseUrl: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  static async logIn({ genesysUrl, clientId, clientSecret }: Simulators): Promise<BareUpstream> {
    const response = await fetch(`${genesysUrl}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new BareUpstream(`${genesysUrl}/api/v2/conversations/messaging`, {
      'user-agent': USER_AGENT,
      accept: 'application/json',
      'accept-encoding': 'identity',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    });
  }

  async send(
    method: 'POST' | 'PATCH',
    path: string,
    content: object,
  ): Promise<{ status: number; text: string }> {
    const { statusCode, body } = await request(`${this.baseUrl}${path}`, {
      method,
      dispatcher: this.agent,
      headers: this.headers,
      body: JSON.stringify(content),
    });
    return { status: statusCode, text: await body.text() };
  }
}
