import { ECHO_TRACING_ID, type ClientFrame } from '../frames/client-frame';
import { guestMessageOf, type GuestMessage } from '../frames/guest-message';
import { parseFrame } from '../frames/parse-frame';
import type { GuestConnection, ConnectionEnd, ConnectionListener } from './guest-connection';
import { GuestConnectionFactory } from './guest-connection-factory';

type Body = Readonly<Record<string, unknown>>;
type Answer = (frame: ClientFrame, connection: FakeGuestConnection) => void;

/** One connection of the fake, from the server's side. */
export class FakeGuestConnection implements GuestConnection {
  readonly sent: { readonly at: number; readonly frame: ClientFrame }[] = [];
  isOpen = true;

  constructor(
    private readonly server: FakeGuestConnectionFactory,
    private readonly listener: ConnectionListener,
  ) {}

  /** The frames of one action that this connection has received. */
  of(action: string): readonly ClientFrame[] {
    return this.sent.map(({ frame }) => frame).filter((frame) => frame.action === action);
  }

  send(frame: ClientFrame): void {
    if (!this.isOpen) return;
    this.sent.push({ at: performance.now(), frame });
    // An answer is always asynchronous.
    void Promise.resolve().then(() => {
      this.server.answer(frame, this);
    });
  }

  close(): void {
    this.end({ cause: 'ours', code: 1000 });
  }

  terminate(): void {
    this.end({ cause: 'silent', code: 1006 });
  }

  /** The server sends a frame, which is malformed without a class. */
  say(name: string | undefined, body: unknown, rest: Body = {}): void {
    if (this.isOpen)
      this.listener.onFrame(
        parseFrame(JSON.stringify({ type: 'response', class: name, code: 200, body, ...rest })),
      );
  }

  /** The connection ends, by default because it breaks. */
  cut(code = 1006): void {
    this.end({ cause: 'closed', code });
  }

  private end(ending: ConnectionEnd): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.listener.onEnded(ending);
  }
}

/**
 * A guest WebSocket in memory, with one session. It answers every frame as the platform would, unless the test sets another
 * answer; `messages` is the history, newest first.
 */
export class FakeGuestConnectionFactory extends GuestConnectionFactory {
  readonly connections: FakeGuestConnection[] = [];
  readonly connectedAt: number[] = [];
  messages: GuestMessage[] = [];
  /** Whether the guest's metadata come back with its messages and are in the history. */
  keepsMetadata = true;
  /** Errors with which the next attempts to connect fail. */
  readonly refusals: Error[] = [];
  /** Fields that override the answers to the next configures. */
  readonly sessions: Body[] = [];
  private readonly answers = new Map<string, Answer[]>();
  private isBegun = false;
  private count = 0;

  /** The latest connection. */
  get last(): FakeGuestConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('There is no connection');
    return connection;
  }

  /** All frames of one action over all connections. */
  of(action: string): readonly ClientFrame[] {
    return this.connections.flatMap((connection) => connection.of(action));
  }

  /** The session exists already. */
  begun(): this {
    this.isBegun = true;
    return this;
  }

  /** Sets the reaction to the next frame of an action; by default there is no answer. */
  next(action: string, answer: Answer = () => undefined): void {
    this.answers.set(action, [...(this.answers.get(action) ?? []), answer]);
  }

  /** The agent writes: sends the message over the latest connection, if it is open, and adds it to the history. */
  write(text: string, id = `out-${this.count}`, at = Date.now()): void {
    this.tell(this.record({ id, type: 'Text', text, direction: 'Outbound', channel: { time: isoOf(at) } }));
  }

  override connect(listener: ConnectionListener, signal: AbortSignal): Promise<GuestConnection> {
    this.connectedAt.push(performance.now());
    signal.throwIfAborted();
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    const connection = new FakeGuestConnection(this, listener);
    this.connections.push(connection);
    return Promise.resolve(connection);
  }

  answer(frame: ClientFrame, connection: FakeGuestConnection): void {
    const answer = this.answers.get(frame.action)?.shift() ?? this.usual(frame.action);
    answer(frame, connection);
  }

  /** Adds the message to the history and sends it back, as the platform does. */
  readonly accept: Answer = (frame, connection) => {
    const body = this.keep(frame);
    connection.say('StructuredMessage', body, { tracingId: frame.tracingId });
  };

  /** Adds the message to the history, and loses the acknowledgement. */
  readonly keep = ({ message }: ClientFrame): Body =>
    this.record({
      id: `in-${this.count}`,
      direction: 'Inbound',
      channel: { time: isoOf(Date.now()) },
      ...(message as Body),
      ...(this.keepsMetadata ? {} : { metadata: {} }),
    });

  private usual(action: string): Answer {
    const configure: Answer = ({ tracingId }, connection) => {
      const facts = { connected: true, newSession: !this.isBegun, durationSeconds: 3_600 };
      this.isBegun = true;
      connection.say('SessionResponse', { ...facts, ...this.sessions.shift() }, { tracingId });
    };
    const answers: Record<string, Answer> = {
      configureSession: configure,
      configureAuthenticatedSession: configure,
      onMessage: this.accept,
      echo: (_frame, connection) => {
        connection.say('StructuredMessage', { type: 'Text', text: 'ping' }, { tracingId: ECHO_TRACING_ID });
      },
      getJwt: ({ tracingId }, connection) => {
        connection.say('JwtResponse', { jwt: 'signed', exp: 1 }, { tracingId });
      },
      onAttachment: ({ tracingId, attachmentId }, connection) => {
        connection.say(
          'PresignedUrlResponse',
          { attachmentId, url: 'https://up', headers: {} },
          { tracingId },
        );
      },
      closeSession: ({ tracingId }, connection) => {
        connection.say('SessionResponse', { connected: false, readOnly: true }, { tracingId });
      },
    };
    return answers[action] ?? (() => undefined);
  }

  private record(body: Body): Body {
    this.count += 1;
    this.messages = [guestMessageOf(body), ...this.messages];
    return body;
  }

  private tell(body: Body): void {
    this.connections.at(-1)?.say('StructuredMessage', body, { type: 'message' });
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
