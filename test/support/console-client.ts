import type { Answer } from './api-client';
import { ApiClient } from './api-client';

/** Calls the API as the pages of the console do: with a session cookie, and its CSRF token where something changes. */
export class ConsoleClient {
  /** The value of the `Cookie` header, and the CSRF token; empty before a login. */
  cookie = '';
  csrfToken = '';
  private readonly api: ApiClient;

  constructor(readonly url: string) {
    this.api = new ApiClient(url);
  }

  /** Logs in, and fails if that is refused. */
  static async loggedIn(url: string, credential: string): Promise<ConsoleClient> {
    const client = new ConsoleClient(url);
    const { status, body } = await client.logIn(credential);
    if (status !== 201) throw new Error(`The login was answered with ${status}: ${JSON.stringify(body)}`);
    return client;
  }

  /** Logs in, with the cookie of an earlier login if there is one, and keeps the cookie and the token of the answer. */
  async logIn(credential: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer = await this.request('POST', '/v1/console/session', { credential }, headers);
    const cookie = answer.headers.get('set-cookie');
    if (cookie !== null) this.cookie = cookie.split(';', 1)[0] ?? '';
    if (answer.status === 201) this.csrfToken = String(answer.body['csrfToken']);
    return answer;
  }

  session(): Promise<Answer> {
    return this.request('GET', '/v1/console/session');
  }

  logOut(): Promise<Answer> {
    return this.request('DELETE', '/v1/console/session');
  }

  /** Sends a request; the headers given override the cookie and the token, an empty one is left out. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const all = { cookie: this.cookie, 'x-csrf-token': this.csrfToken, ...headers };
    const present = Object.entries(all).filter(([, value]) => value !== '');
    return this.api.request(method, path, body, Object.fromEntries(present));
  }
}
