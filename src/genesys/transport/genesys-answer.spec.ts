import { correlationIdOf, rateReportOf } from './genesys-answer';

describe(correlationIdOf.name, () => {
  it('takes what looks like an id, and nothing else', () => {
    const id = '5a1c7c7e-6f0e-4f4b-9a51-5e5f7c1e0d2b';

    expect(correlationIdOf({ 'inin-correlation-id': id })).toEqual({ correlationId: id });
    for (const other of [undefined, '', 'a b', 'x'.repeat(65), ['a'], 7])
      expect(correlationIdOf({ 'inin-correlation-id': other })).toEqual({});
  });
});

describe(rateReportOf.name, () => {
  it('reads what the platform says about the window, the reset in seconds', () => {
    expect(
      rateReportOf({
        'inin-ratelimit-count': '12',
        'inin-ratelimit-allowed': '300',
        'inin-ratelimit-reset': '41',
      }),
    ).toEqual({ count: 12, allowed: 300, resetMs: 41_000 });
  });

  it('knows nothing where nothing is said', () => {
    expect(rateReportOf({})).toEqual({ count: undefined, allowed: undefined, resetMs: undefined });
  });

  it.each(['', '-1', '1.5', '1e3', ' 1', 'NaN', '1234567890', ['1', '2'], 7, null])(
    'takes a count of %p for none',
    (value) => {
      expect(rateReportOf({ 'inin-ratelimit-count': value }).count).toBeUndefined();
    },
  );
});
