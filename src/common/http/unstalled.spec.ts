import { PassThrough } from 'node:stream';
import { unstalled } from './unstalled';

const WITHIN_MS = 1_000;
const STALLED = new Error('stalled');

let source: PassThrough;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  source = new PassThrough();
});
afterEach(() => {
  jest.useRealTimers();
});

function reading(): AsyncGenerator<Uint8Array> {
  return unstalled(source.iterator({ destroyOnReturn: false }), WITHIN_MS, () => STALLED);
}

describe(unstalled.name, () => {
  it('gives the content as it comes, to its end', async () => {
    source.end('all of it');
    const parts: Uint8Array[] = [];
    for await (const part of reading()) parts.push(part);

    expect(Buffer.concat(parts).toString()).toBe('all of it');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('fails when the next part does not come in time, and leaves the source as it is', async () => {
    const content = reading();
    source.write('a part');
    await content.next();
    const [next] = await Promise.allSettled([content.next(), jest.advanceTimersByTimeAsync(WITHIN_MS)]);

    expect(next).toEqual({ status: 'rejected', reason: STALLED });
    expect(source.destroyed).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not count the time between two reads', async () => {
    const content = reading();
    source.write('a part');
    await content.next();
    await jest.advanceTimersByTimeAsync(10 * WITHIN_MS);
    source.end('the rest');

    await expect(content.next()).resolves.toMatchObject({ done: false });
  });

  it('fails with what the content fails with', async () => {
    const content = reading();
    source.destroy(new Error('hung up'));

    await expect(content.next()).rejects.toThrow('hung up');
  });
});
