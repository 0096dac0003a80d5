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

  /** The frames of one action that came over this line. */
  of(action: string): readonly ClientFrame[] {
    return this.sent.map(({ frame }) => frame).filter((frame) => frame.action === action);
  }

  send(frame: ClientFrame): void {
    if (!this.isOpen) return;
    this.sent.push({ at: performance.now(), frame });
    // Never at once: an answer takes its way.
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

  /** The server says something; without a class, that is no frame. */
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
 * A guest WebSocket in memory, with one session. It answers everything as the platform would, unless the test says
 * otherwise; `messages` is the history, the newest first.
 */
export class FakeGuestConnectionFactory extends GuestConnectionFactory {
  readonly connections: FakeGuestConnection[] = [];
  readonly connectedAt: number[] = [];
  messages: GuestMessage[] = [];
  /** Whether the guest's metadata comes back with its messages and stands in the history. */
  keepsMetadata = true;
  /** What the next connections meet instead of a line. */
  readonly refusals: Error[] = [];
  /** What the next configures are answered with, on top of what is usual. */
  readonly sessions: Body[] = [];
  private readonly answers = new Map<string, Answer[]>();
  private isBegun = false;
  private count = 0;

  /** The line that was made last. */
  get last(): FakeGuestConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('There is no line');
    return connection;
  }

  /** All frames of one action over all lines. */
  of(action: string): readonly ClientFrame[] {
    return this.connections.flatMap((connection) => connection.of(action));
  }

  /** The session exists already. */
  begun(): this {
    this.isBegun = true;
    return this;
  }

  /** What the next frame of an action comes to; by default silence. */
  next(action: string, answer: Answer = () => undefined): void {
    this.answers.set(action, [...(this.answers.get(action) ?? []), answer]);
  }

  /** The other side writes. Told over the last line, if that is open, and kept in the history. */
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

  /** As the platform does: keeps the message and sends it back. */
  readonly accept: Answer = (frame, connection) => {
    const body = this.keep(frame);
    connection.say('StructuredMessage', body, { tracingId: frame.tracingId });
  };

  /** Keeps the message, and the acknowledgement is lost. */
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
