import createClient from 'openapi-fetch';
import {
  type CallOptions,
  type ClientOptions,
  type CompleteOptions,
  type KeyedCallOptions,
  withDefaults,
} from './client-options.js';
import { EventStream, type EventStreamOptions } from './events/event-stream.js';
import type { components, operations, paths } from './generated/api.js';
import { RequestSender } from './http/request-sender.js';
import type { TypedApi } from './typed-api.js';

type Schemas = components['schemas'];
export type OpenSession = Schemas['OpenSessionDto'];
export type OpenedSession = Schemas['OpenedSessionResponse'];
export type Session = Schemas['SessionResponse'];
export type SessionList = Schemas['SessionListResponse'];
export type SessionQuery = NonNullable<operations['sessionList']['parameters']['query']>;
export type SendMessage = Schemas['SendMessageDto'];
export type Message = Schemas['MessageResponse'];
export type MessageList = Schemas['MessageListResponse'];
export type MessageQuery = NonNullable<operations['messagesList']['parameters']['query']>;

/**
 * A caller of the service. Calls reject with `ProblemError` for a refusal, with `NoAnswerError` when no answer arrives
 * before the deadline, and with the reason of their signal. They are repeated within the deadline if that is safe:
 * after network failures, 429 and 503, and where the request is idempotent or has an idempotency key.
 */
export class GuestSessionsClient {
  /** All operations, also those without a method here; openings and messages get an idempotency key too. */
  readonly api: TypedApi;
  private readonly options: CompleteOptions;
  private readonly sender: RequestSender;

  constructor(options: ClientOptions) {
    this.options = withDefaults(options);
    this.sender = new RequestSender(this.options);
    const { baseUrl } = this.options;
    // The sender throws refusals, so that no answer is without data.
    this.api = createClient<paths>({ baseUrl, fetch: (request) => this.sender.send(request) }) as TypedApi;
  }

  /** Opens one session, however many attempts it takes. */
  async openSession(body: OpenSession, options: KeyedCallOptions = {}): Promise<OpenedSession> {
    const params = keyed(options);
    const { data } = await this.api.POST('/v1/sessions', { body, params, ...this.init(options) });
    return data;
  }

  async getSession(conversationId: string, options: CallOptions = {}): Promise<Session> {
    const params = { path: { conversationId } };
    const { data } = await this.api.GET('/v1/sessions/{conversationId}', { params, ...this.init(options) });
    return data;
  }

  /** One page of sessions, the newest first. */
  async listSessions(query: SessionQuery = {}, options: CallOptions = {}): Promise<SessionList> {
    const { data } = await this.api.GET('/v1/sessions', { params: { query }, ...this.init(options) });
    return data;
  }

  /** The sessions of all pages; each page is a call. */
  sessions(query: SessionQuery = {}, options: CallOptions = {}): AsyncGenerator<Session, void, undefined> {
    return itemsOf((cursor) => this.listSessions({ ...query, ...cursor }, options));
  }

  /** Ends a session. The end of one that has ended is answered in the same way. */
  async endSession(conversationId: string, options: CallOptions = {}): Promise<Session> {
    const params = { path: { conversationId } };
    const { data } = await this.api.DELETE('/v1/sessions/{conversationId}', {
      params,
      ...this.init(options),
    });
    return data;
  }

  /** Sends one message for the guest, however many attempts it takes. */
  async sendMessage(
    conversationId: string,
    body: SendMessage,
    options: KeyedCallOptions = {},
  ): Promise<Message> {
    const params = { path: { conversationId }, ...keyed(options) };
    const init = { body, params, ...this.init(options) };
    return (await this.api.POST('/v1/sessions/{conversationId}/messages', init)).data;
  }

  /** One page of the messages of a session. */
  async listMessages(
    conversationId: string,
    query: MessageQuery = {},
    options: CallOptions = {},
  ): Promise<MessageList> {
    const params = { path: { conversationId }, query };
    return (await this.api.GET('/v1/sessions/{conversationId}/messages', { params, ...this.init(options) }))
      .data;
  }

  /** The messages of all pages; each page is a call. */
  messages(
    conversationId: string,
    query: MessageQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    return itemsOf((cursor) => this.listMessages(conversationId, { ...query, ...cursor }, options));
  }

  /** The events of all sessions of the caller. */
  events(options: EventStreamOptions = {}): EventStream {
    return this.stream('/v1/events', options, false);
  }

  /** The events of one session; the iteration ends with it. */
  sessionEvents(conversationId: string, options: EventStreamOptions = {}): EventStream {
    return this.stream(`/v1/sessions/${encodeURIComponent(conversationId)}/events`, options, true);
  }

  private stream(path: string, options: EventStreamOptions, isOfSession: boolean): EventStream {
    const types = options.types === undefined ? '' : `?types=${options.types.join(',')}`;
    const url = this.options.baseUrl.replace(/\/$/, '') + path + types;
    return new EventStream(this.options, { ...options, url, isOfSession });
  }

  private init({ signal, deadlineMs }: CallOptions): {
    readonly signal?: AbortSignal;
    readonly fetch: (request: Request) => Promise<Response>;
  } {
    return {
      fetch: (request) => this.sender.send(request, deadlineMs),
      ...(signal === undefined ? {} : { signal }),
    };
  }
}

function keyed({ idempotencyKey }: KeyedCallOptions): { readonly header?: { 'idempotency-key': string } } {
  return idempotencyKey === undefined ? {} : { header: { 'idempotency-key': idempotencyKey } };
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

async function* itemsOf<Item>(
  read: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let page = await read({});
  yield* page.items;
  while (page.nextCursor !== null) {
    page = await read({ cursor: page.nextCursor });
    yield* page.items;
  }
}
