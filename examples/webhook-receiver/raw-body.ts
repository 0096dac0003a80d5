import type { IncomingMessage } from 'node:http';

/**
 * Reads the body as it was sent; undefined for one of more than `maxBytes`, of which no more than that is kept. The
 * request stays open then, so that the answer reaches the sender. Rejects when the sender hangs up.
 */
export async function readRawBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
