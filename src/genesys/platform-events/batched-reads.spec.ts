import { BatchedReads } from './batched-reads';

let sent: string[][];
let reads: BatchedReads<string>;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  reads = new BatchedReads<string>(
    (ids) => {
      sent.push([...ids]);
      return ids.includes('bad')
        ? Promise.reject(new Error('refused'))
        : Promise.resolve(new Map(ids.map((id) => [id, `answer of ${id}`])));
    },
    { maxIds: 3, collectMs: 250 },
  );
});
afterEach(() => {
  jest.useRealTimers();
});

describe(BatchedReads.name, () => {
  it('makes one request for the reads of a while, each id once', async () => {
    const answers = Promise.all(['a', 'b', 'a'].map((id) => reads.read(id)));
    await jest.advanceTimersByTimeAsync(249);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);

    expect(sent).toEqual([['a', 'b']]);
    expect((await answers)[1]?.get('b')).toBe('answer of b');
  });

  it('sends a full batch at once, and begins another one', async () => {
    const answers = Promise.all(['a', 'b', 'c', 'd'].map((id) => reads.read(id)));
    await jest.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([['a', 'b', 'c']]);
    await jest.advanceTimersByTimeAsync(250);

    expect(sent).toEqual([['a', 'b', 'c'], ['d']]);
    expect((await answers)[3]?.has('a')).toBe(false);
  });

  it('gives the error of a request to the reads of its batch alone', async () => {
    const bad = reads.read('bad').catch((error: unknown) => error);
    reads.flush();
    const good = reads.read('good');
    reads.flush();

    expect(await bad).toEqual(new Error('refused'));
    expect((await good).get('good')).toBe('answer of good');
  });

  it('sends nothing when nothing was asked', () => {
    reads.flush();

    expect(sent).toEqual([]);
  });
});
