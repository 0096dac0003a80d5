/** No line of an export is longer, in characters; a longer one is an error instead of a growing buffer. */
const MAX_LINE = 1_000_000;

/** The lines of a text that arrives in parts, without line ends and empty lines. Closes the source when it is left early. */
export async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const part of parts) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new RangeError(`A line is longer than ${MAX_LINE} characters.`);
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}

/** The text of a stream of bytes in UTF-8. Cancels the stream when it is left early. */
export async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read())
      yield decoder.decode(read.value, { stream: true });
    yield decoder.decode();
  } finally {
    await reader.cancel();
  }
}
