import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import type { Answer, ApiClient } from './api-client';

export interface CreatedWebhook {
  readonly id: string;
  readonly secret: string;
}

/** An event as a receiver gets it. */
export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly conversationId?: string;
  readonly sequence?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Manages webhooks as a caller would. */
export class WebhooksApi {
  constructor(private readonly api: ApiClient) {}

  async create(url: string, settings: object = {}): Promise<CreatedWebhook> {
    const { status, body } = await this.api.request('POST', '/v1/webhooks', { url, ...settings });
    if (status !== 201) throw new Error(`The webhook was refused: ${status} ${JSON.stringify(body)}`);
    return body as unknown as CreatedWebhook;
  }

  /** Registers a webhook whose receiver accepts the test event. */
  async verified(url: string, settings: object = {}): Promise<CreatedWebhook> {
    const webhook = await this.create(url, settings);
    const { body } = await this.act(webhook.id, 'test');
    if (body['result'] !== 'accepted') throw new Error(`The test event was refused: ${JSON.stringify(body)}`);
    return webhook;
  }

  act(id: string, action: string, body?: object): Promise<Answer> {
    return this.api.request('POST', `/v1/webhooks/${id}/${action}`, body);
  }

  async get(id: string): Promise<Answer['body']> {
    return (await this.api.request('GET', `/v1/webhooks/${id}`)).body;
  }

  /** The delivery log, the last queued first. */
  async deliveries(id: string, query = ''): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { body } = await this.api.request('GET', `/v1/webhooks/${id}/deliveries${query}`);
    return body['items'] as Readonly<Record<string, unknown>>[];
  }
}

/** The events that a receiver got, in their order; by conversation if one is named. */
export function toldTo({ received }: HttpReceiver, conversationId?: string): readonly ToldEvent[] {
  const events = received.map(({ body }) => JSON.parse(body) as ToldEvent);
  return conversationId === undefined
    ? events
    : events.filter((event) => event.conversationId === conversationId);
}
