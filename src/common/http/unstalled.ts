/**
 * The content as it arrives. Throws the error of `stalled` when the next part of it takes longer than `withinMs`; time
 * between two reads does not count. Leaving early leaves the rest of the content unread.
 */
export async function* unstalled(
  content: AsyncIterable<Uint8Array>,
  withinMs: number,
  stalled: () => Error,
): AsyncGenerator<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const part = await inTime(iterator.next(), withinMs, stalled);
      if (part.done === true) return;
      yield part.value;
    }
  } finally {
    // Not awaited: it waits for a part that is still being read, which may never come.
    iterator.return?.().catch(() => undefined);
  }
}

async function inTime<T>(part: Promise<T>, withinMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, withinMs);
  });
  try {
    return await Promise.race([part, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
