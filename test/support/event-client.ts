import { until } from './until';

/** An event as received; `id` is the client's last event id after it. */
export interface StreamedEvent {
  readonly name: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads an event stream as the HTML standard requires of clients, but reconnects only when a test calls it. */
export class EventClient {
  readonly events: StreamedEvent[] = [];
  lastId = '';
  retryMs: number | undefined;
  hasEnded = false;
  private readonly abort = new AbortController();
  private rest = '';

  private constructor(readonly response: Response) {}

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventClient> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    const client = new EventClient(response);
    client.abort.signal.addEventListener('abort', () => {
      abort.abort();
    });
    void client.read();
    if (response.status === 200) await until(() => client.lastId !== '' || client.hasEnded);
    return client;
  }

  get names(): string[] {
    return this.events.map(({ name }) => name);
  }

  /** Returns the texts of the messages. */
  get texts(): unknown[] {
    return this.events
      .filter(({ name }) => name === 'message')
      .map(({ data }) => (data['message'] as { text: unknown }).text);
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    try {
      const decoder = new TextDecoder();
      for await (const chunk of this.response.body ?? []) this.take(decoder.decode(chunk as Uint8Array));
    } catch {
      // The test or the service has closed the stream.
    }
    this.hasEnded = true;
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.takeBlock(block);
  }

  private takeBlock(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => {
        const [name = '', ...value] = line.split(': ');
        return [name, value.join(': ')] as const;
      }),
    );
    this.lastId = fields.get('id') ?? this.lastId;
    const retry = fields.get('retry');
    if (retry !== undefined) this.retryMs = Number(retry);
    const data = fields.get('data');
    if (data === undefined) return;
    const name = fields.get('event') ?? 'message';
    this.events.push({ name, id: this.lastId, data: JSON.parse(data) as StreamedEvent['data'] });
  }
}
