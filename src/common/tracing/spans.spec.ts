import { RequestContext } from '../logging/request-context';
import { RecordedSpans } from './recorded-spans.fake';
import { Spans } from './spans';

const CAUSE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('Spans', () => {
  it('run work as it is without a tracer', async () => {
    const spanOf = (): Promise<unknown> => Promise.resolve([Spans.areOn, Spans.traceparent]);

    await expect(RequestContext.beginTrace(() => Spans.run('a', spanOf))).resolves.toEqual([false, null]);
    expect(Spans.ofRequest('a', CAUSE)).toBeUndefined();
  });

  it('lie within each other, in the context of their request', async () => {
    using spans = new RecordedSpans();
    const ids = await RequestContext.run('request-1', () =>
      Spans.run('outer', () =>
        Spans.run('inner', () => Promise.resolve([RequestContext.requestId, RequestContext.span?.spanId])),
      ),
    );
    const [outer, inner] = spans.all;

    expect(outer?.parent).toBeUndefined();
    expect(inner?.parent).toBe(outer?.trace);
    expect(ids).toEqual(['request-1', inner?.trace.spanId]);
    expect(spans.all.every(({ isEnded }) => isEnded)).toBe(true);
  });

  it('continue their cause, and are a cause themselves', async () => {
    using spans = new RecordedSpans();
    const stored = await RequestContext.beginTrace(() =>
      Spans.run('a', () => Promise.resolve(Spans.traceparent), { cause: CAUSE }),
    );

    expect(spans.all[0]?.parent?.spanId).toBe('00f067aa0ba902b7');
    expect(stored).toBe(`00-4bf92f3577b34da6a3ce929d0e0e4736-${spans.all[0]?.trace.spanId}-01`);
  });

  it('are not begun by work that only counts within others', async () => {
    using spans = new RecordedSpans();
    await RequestContext.beginTrace(() => Spans.runWithin('a', () => Promise.resolve()));

    expect(spans.all).toEqual([]);
  });

  it('leave measured work in its own context', async () => {
    using spans = new RecordedSpans();
    const span = await Spans.measure('a', () => Promise.resolve(RequestContext.span));

    expect([spans.all.length, span]).toEqual([1, undefined]);
  });

  it('fail with the name of an error, and pass it on', async () => {
    using spans = new RecordedSpans();
    const error = new TypeError('a text that stays here');

    await expect(Spans.run('a', () => Promise.reject(error))).rejects.toBe(error);
    expect(spans.all[0]).toMatchObject({ attributes: { 'error.type': 'TypeError' }, isEnded: true });
  });
});
