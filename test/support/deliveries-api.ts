import type {
  AttemptResponse,
  DeliveryHistoryResponse,
  DeliveryListResponse,
  DeliveryResponse,
} from '../../src/sync/dto/delivery.response';
import type { SinkResponse } from '../../src/sync/dto/sink.response';
import { type Answer, ApiClient } from './api-client';

/** The operators' routes for deliveries; every call has to succeed. */
export class DeliveriesApi {
  private readonly api: ApiClient;

  constructor(url: string) {
    this.api = new ApiClient(url);
  }

  list(query = ''): Promise<DeliveryListResponse> {
    return this.succeed('GET', `/v1/deliveries${query}`);
  }

  /** Lists the deliveries of a conversation to the CRM, in the order of its events. */
  async of(conversationId: string): Promise<readonly DeliveryResponse[]> {
    const { items } = await this.list(`?sink=crm&conversationId=${conversationId}`);
    return [...items].sort((a, b) => a.event.sequence - b.event.sequence);
  }

  history(id: string): Promise<DeliveryHistoryResponse> {
    return this.succeed('GET', `/v1/deliveries/${id}`);
  }

  /** Returns the delivery of one event of a conversation. */
  async historyOf(conversationId: string, sequence = 1): Promise<DeliveryHistoryResponse> {
    const found = (await this.of(conversationId)).find(({ event }) => event.sequence === sequence);
    if (found === undefined) throw new Error(`There is no delivery ${sequence} of ${conversationId}`);
    return this.history(found.id);
  }

  retry(id: string): Promise<DeliveryHistoryResponse> {
    return this.succeed('POST', `/v1/deliveries/${id}/retry`);
  }

  /** Returns the number of deliveries that were queued again. */
  async replay(selection: Readonly<Record<string, unknown>>): Promise<number> {
    const { replayed } = await this.succeed<{ replayed: number }>('POST', '/v1/deliveries/replay', selection);
    return replayed;
  }

  sink(): Promise<SinkResponse> {
    return this.succeed('GET', '/v1/sinks/crm');
  }

  pause(): Promise<SinkResponse> {
    return this.succeed('POST', '/v1/sinks/crm/pause');
  }

  resume(): Promise<SinkResponse> {
    return this.succeed('POST', '/v1/sinks/crm/resume');
  }

  test(): Promise<AttemptResponse> {
    return this.succeed('POST', '/v1/sinks/crm/test');
  }

  /** Returns a value of the Prometheus page, by its name without the prefix. */
  async metric(name: string): Promise<number> {
    const { text } = await this.succeed<{ text: string }>('GET', '/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`guest_sessions_${name} `));
    if (line === undefined) throw new Error(`/metrics has no guest_sessions_${name}`);
    return Number(line.slice(line.lastIndexOf(' ')));
  }

  private async succeed<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, body: answered }: Answer = await this.api.request(method, path, body);
    if (status > 299)
      throw new Error(`${method} ${path} was answered with ${status}: ${JSON.stringify(answered)}`);
    return answered as T;
  }
}
