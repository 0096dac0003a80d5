/** An event on a stream of the service. */
export interface LiveEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Follows a stream of server-sent events and passes on each event, like any client would. */
export class SseClient {
  private readonly stop = new AbortController();

  private constructor(private readonly done: { readonly reading: Promise<void> }) {}

  /** Resolves when the stream is open. */
  static async follow(url: string, hear: (event: LiveEvent) => void): Promise<SseClient> {
    const done = { reading: Promise.resolve() };
    const events = new SseClient(done);
    const { signal } = events.stop;
    const response = await fetch(url, { headers: { accept: 'text/event-stream' }, signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    // Any error means that the stream has ended: by the service, or by us.
    done.reading = read(response.body, hear).catch(() => undefined);
    return events;
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.done.reading;
  }
}

async function read(body: ReadableStream<Uint8Array>, hear: (event: LiveEvent) => void): Promise<void> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    for (const event of parts.map(eventIn)) if (event !== undefined) hear(event);
  }
}

/** Undefined for other blocks: a comment, or the reconnection time. */
function eventIn(text: string): LiveEvent | undefined {
  const fields = new Map(
    text.split('\n').map((line) => {
      const [name = '', ...value] = line.split(': ');
      return [name, value.join(': ')] as const;
    }),
  );
  const [name, data] = [fields.get('event'), fields.get('data')];
  if (name === undefined || data === undefined) return undefined;
  return { name, data: JSON.parse(data) as LiveEvent['data'] };
}
