import { guestRefOf } from '../../src/session/domain/guest-token';
import { type Answer, ApiClient } from './api-client';
import type { TestCaller } from './callers';
import { until } from './until';
import { WebhooksApi } from './webhooks-api';

/** A part of every name, text, file name and credential of these acts; no audit record may contain it. */
export const CANARY = 'canary';
const TEXT = `${CANARY}-text`;

/** A completed act with the id of its target. */
export interface Done {
  readonly answer: Answer;
  readonly target: string;
}

/** The body of an operation, or the guest that its session needs. */
export interface Needs {
  readonly body?: () => object;
  readonly isLoggedIn?: boolean;
  /** The id of the target, if it is neither in the path nor in the answer. */
  readonly target?: string;
}

/** Operations of the API, each executed by another caller on a resource of the owner. */
export class ForeignActs {
  private people = 0;
  readonly owner: ApiClient;
  readonly stranger: ApiClient;
  private readonly webhooks: WebhooksApi;

  /** The receiver accepts the events of webhooks. */
  constructor(
    private readonly url: string,
    private readonly callers: { readonly owner: TestCaller; readonly stranger: TestCaller },
    private readonly receiver: string,
  ) {
    this.owner = new ApiClient(url, callers.owner.headers);
    this.stranger = new ApiClient(url, callers.stranger.headers);
    this.webhooks = new WebhooksApi(this.owner);
  }

  /** The URL of a receiver, which no audit record may contain. */
  get receiverUrl(): string {
    return `${this.receiver}?key=${CANARY}-key`;
  }

  /** Opens a session of the owner's guest. */
  async opened(body: object = {}): Promise<{ id: string; guestRef: string }> {
    const { status, body: session } = await this.owner.open({ name: `${CANARY}-name`, ...body });
    if (status !== 201) throw new Error(`The opening was answered with ${status}.`);
    const guestRef = guestRefOf(String(session['guestIdToken']));
    return { id: String(session['conversationId']), guestRef };
  }

  /** Makes the login of a different user each time: the platform allows one session for each user. */
  login(): object {
    this.people += 1;
    const authCode = `jane${this.people}:${CANARY}-code`;
    return { authCode, redirectUri: 'https://shop.example/', codeVerifier: 'v' };
  }

  /** Executes an operation such as `POST /v1/sinks/{name}/test`. */
  async perform(operation: string, { body, isLoggedIn = false, target }: Needs): Promise<Done> {
    const [method = '', path = ''] = operation.split(' ');
    const [, parameter] = /\{(\w+)\}/.exec(path) ?? [];
    const value = parameter === undefined ? undefined : await this.valueOf(parameter, isLoggedIn);
    if (parameter === undefined) await this.opened();
    const at = path.replace(/\{\w+\}/, value ?? '');
    const whole = at.includes('{eventId}') ? at.replace('{eventId}', await this.eventFor(value ?? '')) : at;
    const answer = whole.endsWith('/attachments')
      ? await this.upload(whole, this.callers.stranger)
      : await this.stranger.request(method, whole, body?.());
    const { conversationId, id, replica } = answer.body;
    return { answer, target: target ?? value ?? String(conversationId ?? id ?? replica) };
  }

  /** Executes every operation that a session's owner may use in its conversation. */
  async talk(id: string): Promise<number[]> {
    const path = `/v1/sessions/${id}`;
    const answers = [
      await this.owner.request('POST', `${path}/messages`, { text: TEXT }),
      await this.owner.request('GET', `${path}/messages`),
      await this.owner.request('GET', `${path}/events`),
      await this.owner.list(),
      await this.upload(`${path}/attachments`, this.callers.owner),
    ];
    return answers.map(({ status }) => status);
  }

  private async valueOf(parameter: string, isLoggedIn: boolean): Promise<string> {
    if (parameter === 'name') return 'crm';
    if (parameter === 'webhookId') return (await this.webhooks.verified(this.receiverUrl)).id;
    const { id, guestRef } = await this.opened(isLoggedIn ? { authentication: this.login() } : {});
    if (parameter === 'id') return this.deliveryOf(id);
    if (parameter !== 'guestRef') return id;
    await this.owner.end(id);
    return guestRef;
  }

  /** The id of an event that the webhook has accepted. */
  private async eventFor(webhookId: string): Promise<string> {
    await this.opened();
    let found: readonly Readonly<Record<string, unknown>>[] = [];
    await until(async () => {
      found = await this.webhooks.deliveries(webhookId, '?status=delivered');
      return found.length > 0;
    });
    return String(found[0]?.['id']);
  }

  private async deliveryOf(id: string): Promise<string> {
    let found: readonly { id: string }[] = [];
    await until(async () => {
      const query = `conversationId=${id}&status=delivered`;
      const { body } = await this.stranger.request('GET', `/v1/deliveries?${query}`);
      found = body['items'] as readonly { id: string }[];
      return found.length > 0;
    });
    return found[0]?.id ?? '';
  }

  private async upload(path: string, { headers }: TestCaller): Promise<Answer> {
    const response = await fetch(`${this.url}${path}?fileName=${CANARY}.png`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'image/png' },
      body: new Uint8Array([1, 2, 3]),
    });
    return { status: response.status, headers: response.headers, body: {} };
  }
}
