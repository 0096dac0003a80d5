import {
  UpstreamInvalidResponseError,
  UpstreamServerError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../errors/upstream.errors';
import { OutboundTimeoutError, OutboundTooLargeError } from './outbound.errors';
import { upstreamErrorOfFailure } from './upstream-failure';

function withCode(code: string): Error {
  return Object.assign(new Error('socket hang up'), { code });
}

describe(upstreamErrorOfFailure.name, () => {
  it('takes a silent upstream for a time-out', () => {
    expect(upstreamErrorOfFailure(new OutboundTimeoutError(10))).toBeInstanceOf(UpstreamTimeoutError);
  });

  it('takes an answer that is too long for none', () => {
    expect(upstreamErrorOfFailure(new OutboundTooLargeError(10, 200))).toBeInstanceOf(
      UpstreamInvalidResponseError,
    );
  });

  it.each([
    new Error('fetch failed'),
    new TypeError('timeout of 10ms exceeded'),
    withCode('ECONNRESET'),
    withCode('UND_ERR_SOCKET'),
    new DOMException('stop', 'AbortError'),
    'text',
    undefined,
  ])('takes everything else for a missing connection over which something may have left: %p', (failure) => {
    const error = upstreamErrorOfFailure(failure);

    expect(error).toBeInstanceOf(UpstreamUnavailableError);
    expect(error.mayHaveTakenEffect).toBe(true);
    expect(error.cause).toBe(failure);
    expect(error.message).toBe('Genesys Cloud cannot be reached.');
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
    'knows that nothing has left after %s',
    (code) => {
      expect(upstreamErrorOfFailure(withCode(code))).toMatchObject({
        code: 'upstream-unavailable',
        mayHaveTakenEffect: false,
      });
    },
  );

  it('knows that nothing has left when no address of a name could be reached in time', () => {
    const timedOut = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT', syscall: 'connect' });
    const failure = Object.assign(new AggregateError([timedOut, timedOut]), { code: 'ETIMEDOUT' });

    expect(upstreamErrorOfFailure(failure)).toMatchObject({
      code: 'upstream-unavailable',
      mayHaveTakenEffect: false,
    });
  });

  it('leaves an error alone that has its name already', () => {
    const error = new UpstreamServerError(500);

    expect(upstreamErrorOfFailure(error)).toBe(error);
  });
});
