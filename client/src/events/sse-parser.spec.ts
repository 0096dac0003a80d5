import { EventStreamFormatError } from './event-stream.errors.js';
import { type SseFrame, SseParser } from './sse-parser.js';

function framesOf(...chunks: readonly string[]): SseFrame[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

describe(SseParser.name, () => {
  it.each([
    ['an event', 'id: 1\nevent: typing\ndata: {}\n\n', [{ id: '1', name: 'typing', data: '{}' }]],
    ['an event without a name', 'data: a\n\n', [{ name: 'message', data: 'a' }]],
    ['a position without an event', 'id: 2\n\n', [{ name: 'message', id: '2' }]],
    ['an empty position', 'id\ndata: a\n\n', [{ name: 'message', id: '', data: 'a' }]],
    ['a reconnection time', 'retry: 1500\n\n', [{ name: 'message', retryMs: 1_500 }]],
    ['a reconnection time that is not a number', 'retry: 1.5\n\n', []],
    ['a comment', ': ping\n\n', []],
    ['several lines of data', 'data: a\ndata:\ndata:  b\n\n', [{ name: 'message', data: 'a\n\n b' }]],
    ['an unknown field', 'colour: red\n\n', []],
    ['an id with a null character', 'id: a\0\ndata: a\n\n', [{ name: 'message', data: 'a' }]],
    ['a colon in the value', 'data: a: b\n\n', [{ name: 'message', data: 'a: b' }]],
    ['an event that breaks off', 'data: a\n', []],
  ])('reads %s', (_, text, expected) => {
    expect(framesOf(text)).toEqual(expected);
  });

  it.each([['\n'], ['\r\n'], ['\r']])('reads the same in any chunks, with lines that end in %j', (end) => {
    const text =
      ['id: 1', 'event: a', 'data: x', '', 'data: y', '', ''].join(end) + (end === '\r' ? ': c' : '');
    const expected = [
      { id: '1', name: 'a', data: 'x' },
      { name: 'message', data: 'y' },
    ];

    expect(framesOf(text)).toEqual(expected);
    expect(framesOf(...text.split(''))).toEqual(expected);
  });

  it('bounds an event, in one line or in many', () => {
    expect(() => framesOf(`data: ${'x'.repeat(1_100_000)}`)).toThrow(EventStreamFormatError);
    expect(() => framesOf(...Array<string>(12).fill(`data: ${'x'.repeat(100_000)}\n`))).toThrow(
      EventStreamFormatError,
    );
  });
});
