import type { ArgumentsHost } from '@nestjs/common';
import { RecordingLog } from '../../audit/recording-log.fake';
import { DomainError } from '../errors/domain.errors';
import { RequestContext } from '../logging/request-context';
import { ProblemDetailsFilter } from './problem-details.filter';

class FakeUnavailableError extends DomainError {
  readonly code = 'fake-unavailable';
  readonly kind = 'unavailable';
  readonly title = 'Fake trouble';

  constructor() {
    super('The fake is in trouble.');
  }
}

let log: RecordingLog;
let filter: ProblemDetailsFilter;
beforeEach(() => {
  log = RecordingLog.install();
  filter = new ProblemDetailsFilter();
});

/** Fails a request after its client has hung up: no response is sent. */
function fail(error: Error, caller?: string): void {
  const request = {
    id: 'request-1',
    method: 'GET',
    url: '/a',
    routeOptions: { url: '/a' },
    raw: { complete: true },
  };
  const http = { getRequest: () => request, getResponse: () => ({ sent: true }) };
  const host = { switchToHttp: () => http } as unknown as ArgumentsHost;
  RequestContext.run('request-1', () => {
    if (caller !== undefined) RequestContext.actAs(caller);
    filter.catch(error, host);
  });
}

describe(ProblemDetailsFilter.name, () => {
  it.each<['warn' | 'error', Error, object]>([
    [
      'warn',
      new FakeUnavailableError(),
      { message: 'Request failed', code: 'fake-unavailable', status: 503 },
    ],
    ['error', new TypeError('a bug'), { message: 'Request failed by a bug', code: 'internal', status: 500 }],
  ])('logs on %s one failure without a credential, and the others as a count', (level, error, line) => {
    for (let count = 0; count < 100; count += 1) fail(error);
    expect(log.at(level)).toEqual([{ ...line, error, count: 1 }]);

    filter.flush();
    expect(log.at(level)).toEqual([
      { ...line, error, count: 1 },
      { ...line, error, count: 99 },
    ]);
  });

  it('logs every failure of a known caller', () => {
    for (let count = 0; count < 3; count += 1) fail(new FakeUnavailableError(), 'billing');

    expect(log.at('warn')).toHaveLength(3);
  });
});
