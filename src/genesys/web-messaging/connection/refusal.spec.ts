import { parseFrame } from '../frames/parse-frame';
import type { ServerFrame } from '../frames/server-frame';
import { errorOfFrame, refusalOf } from './refusal';

function frame(name: string, body: unknown = {}, rest: object = {}): ServerFrame {
  return parseFrame(JSON.stringify({ type: 'message', class: name, code: 200, body, ...rest }));
}

describe(refusalOf.name, () => {
  it('holds the tracing id and the code of the frame', () => {
    const refused = frame('Error', { errorCode: 4011 }, { tracingId: 'trace-1' });

    expect(refusalOf(refused)).toMatchObject({ tracingId: 'trace-1', refusal: '4011' });
    expect(refusalOf({ kind: 'throttled', tracingId: 'trace-2' })).toMatchObject({ tracingId: 'trace-2' });
    expect(
      errorOfFrame({ kind: 'upload-failed', attachmentId: 'a', errorCode: 4001, tracingId: 'trace-3' }),
    ).toMatchObject({ tracingId: 'trace-3', refusal: '4001' });
  });

  it.each(['x'.repeat(65), 'two words', ''])('leaves out a tracing id of another form: %p', (tracingId) => {
    expect(refusalOf({ kind: 'refused', errorCode: 4011, tracingId })?.tracingId).toBeUndefined();
  });
});
