import { rateReportOf } from './genesys-answer';

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
