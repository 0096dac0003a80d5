import { codesOf, messageOf } from './failure-text';
import { InvalidRequestError } from './invalid-request.errors';

function coded(code: string): Error {
  return Object.assign(new Error(`connect ${code} 192.0.2.1:443`), { code });
}

const BOTH = Object.assign(
  new AggregateError([coded('ENETUNREACH'), coded('ETIMEDOUT'), coded('ETIMEDOUT')]),
  {
    code: 'ENETUNREACH',
  },
);

describe(messageOf.name, () => {
  it('contains each member of an aggregate, once', () => {
    expect(messageOf(BOTH)).toBe('connect ENETUNREACH 192.0.2.1:443; connect ETIMEDOUT 192.0.2.1:443');
    expect(messageOf(new AggregateError([new Error('first'), BOTH]))).toMatch(/^first; connect ENETUNREACH/);
  });

  it("is the error's own otherwise", () => {
    expect(messageOf(coded('EPIPE'))).toBe('connect EPIPE 192.0.2.1:443');
    expect(messageOf(new AggregateError([], 'none'))).toBe('none');
    expect(messageOf(new InvalidRequestError([{ pointer: '#', code: 'type', detail: 'no' }]))).toMatch(
      /one error/,
    );
  });

  it('stays short, however many members there are', () => {
    const many = new AggregateError(Array.from({ length: 500 }, (_, index) => coded(`E${index}`)));

    expect(messageOf(many).split('; ')).toHaveLength(8);
  });
});

describe(codesOf.name, () => {
  it.each([
    [BOTH, ['ENETUNREACH', 'ETIMEDOUT']],
    [coded('EPIPE'), ['EPIPE']],
    [new Error('none'), []],
    ['text', []],
  ])('names the codes of %p', (error, codes) => {
    expect(codesOf(error)).toEqual(codes);
  });
});
