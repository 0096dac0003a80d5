import { TooManyFailedLoginsError } from './domain/console.errors';
import { FailedLogins } from './failed-logins';

const HERE = '192.0.2.1';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function fail(failures: FailedLogins, count: number, addressOf: (at: number) => string = () => HERE): void {
  for (let at = 0; at < count; at += 1) failures.begin(addressOf(at));
}

describe(FailedLogins.name, () => {
  it('refuses an address after 20 failures, and says when there is room for another attempt', () => {
    const failures = new FailedLogins();
    fail(failures, 20);

    expect(() => failures.begin(HERE)).toThrow(new TooManyFailedLoginsError(3_000));
    expect(() => failures.begin('192.0.2.2')).not.toThrow();
    jest.advanceTimersByTime(3_000);
    expect(() => failures.begin(HERE)).not.toThrow();
    expect(() => failures.begin(HERE)).toThrow(TooManyFailedLoginsError);
  });

  it('refuses every address after 200 failures in all', () => {
    const failures = new FailedLogins();
    fail(failures, 200, (at) => `192.0.2.${at}`);

    expect(() => failures.begin('198.51.100.1')).toThrow(TooManyFailedLoginsError);
  });

  it('does not count what was taken back', () => {
    const failures = new FailedLogins();
    for (let count = 0; count < 500; count += 1) failures.begin(HERE)();

    expect(() => failures.begin(HERE)).not.toThrow();
  });

  it('counts attempts that are being made', () => {
    const failures = new FailedLogins();
    const attempts = Array.from({ length: 20 }, () => failures.begin(HERE));
    expect(() => failures.begin(HERE)).toThrow(TooManyFailedLoginsError);

    attempts[0]?.();
    expect(() => failures.begin(HERE)).not.toThrow();
  });
});
