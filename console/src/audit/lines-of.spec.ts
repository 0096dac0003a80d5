import { linesOf, textOf } from './lines-of';

async function* partsOf(...parts: string[]): AsyncGenerator<string, void, undefined> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function all(texts: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const text of texts) found.push(text);
  return found;
}

describe(linesOf, () => {
  it('joins parts into lines, and leaves empty ones out', async () => {
    const lines = await all(linesOf(partsOf('{"a"', ':1}\n\n{"b":2}\n{"c"', ':3}')));

    expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  it('refuses a line without an end', async () => {
    await expect(all(linesOf(partsOf('x'.repeat(1_000_001))))).rejects.toThrow(RangeError);
  });
});

describe(textOf, () => {
  it('decodes characters that are split over two parts', async () => {
    const [first = 0, second = 0] = new TextEncoder().encode('ä');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Uint8Array.of(first));
        controller.enqueue(Uint8Array.of(second));
        controller.close();
      },
    });

    expect((await all(textOf(body))).join('')).toBe('ä');
  });

  it('cancels the stream when it is left early', async () => {
    const cancel = jest.fn();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(Uint8Array.of(65));
      },
      cancel,
    });
    for await (const text of textOf(body)) {
      expect(text).toBe('A');
      break;
    }

    expect(cancel).toHaveBeenCalledTimes(1);
  });
});
