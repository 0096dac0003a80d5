import { continueTrace, newTrace, traceparentOf } from './trace';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const NEW_ID = /^(?!0{16})[0-9a-f]{16}$/;

describe(continueTrace.name, () => {
  it.each([
    ['a sampled one', `00-${TRACE_ID}-${PARENT_ID}-01`, true],
    ['one that is not', `00-${TRACE_ID}-${PARENT_ID}-00`, false],
    ['one with flags that we do not know', `00-${TRACE_ID}-${PARENT_ID}-02`, false],
    ['one with all flags', `00-${TRACE_ID}-${PARENT_ID}-ff`, true],
    ['one of a later version', `01-${TRACE_ID}-${PARENT_ID}-01`, true],
    ['one of a later version with more fields', `cc-${TRACE_ID}-${PARENT_ID}-01-what-comes`, true],
  ])('keeps the trace of %s and has a span of its own', (_, traceparent, isSampled) => {
    const trace = continueTrace(traceparent);

    expect(trace).toEqual({ traceId: TRACE_ID, spanId: expect.stringMatching(NEW_ID), isSampled });
    expect(trace.spanId).not.toBe(PARENT_ID);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['capitals', `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT_ID}-01`],
    ['a parent id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['the version that is forbidden', `ff-${TRACE_ID}-${PARENT_ID}-01`],
    ['more than version 00 has', `00-${TRACE_ID}-${PARENT_ID}-01-more`],
    ['more without a hyphen', `01-${TRACE_ID}-${PARENT_ID}-01more`],
    ['a trace id that is too short', `00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`],
    ['invalid flags', `00-${TRACE_ID}-${PARENT_ID}-1`],
    ['two of them', `00-${TRACE_ID}-${PARENT_ID}-01, 00-${TRACE_ID}-${PARENT_ID}-01`],
    ['a second line', `00-${TRACE_ID}-${PARENT_ID}-01\nx`],
  ])('begins a trace instead of %s', (_, traceparent) => {
    const trace = continueTrace(traceparent);

    expect(trace).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(NEW_ID),
      isSampled: true,
    });
    expect(trace.traceId).not.toBe(TRACE_ID);
  });
});

describe(traceparentOf.name, () => {
  it.each([true, false])('writes a header that is read as the same trace, sampled: %s', (isSampled) => {
    const trace = { ...newTrace(), isSampled };

    expect(continueTrace(traceparentOf(trace))).toMatchObject({ traceId: trace.traceId, isSampled });
    expect(traceparentOf(trace)).toContain(`-${trace.spanId}-`);
  });
});
