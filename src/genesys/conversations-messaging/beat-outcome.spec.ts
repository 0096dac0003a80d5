import {
  type UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { beatOutcomeOf } from './beat-outcome';

function fromLogin(error: UpstreamError): UpstreamError {
  error.dependency = 'login';
  return error;
}

describe(beatOutcomeOf.name, () => {
  it('is well without an error', () => {
    expect(beatOutcomeOf(undefined)).toEqual({ kind: 'ok' });
  });

  it.each([404, 410])('says on a %d that the conversation is gone', (status) => {
    expect(beatOutcomeOf(new UpstreamRejectedError(status))).toEqual({ kind: 'gone' });
  });

  it("keeps the platform's word for the end", () => {
    const error = Object.assign(new UpstreamRejectedError(404), { refusal: '404 not.found' });

    expect(beatOutcomeOf(error)).toEqual({ kind: 'gone', endCause: '404 not.found' });
  });

  it.each([
    ['rejected', new UpstreamRejectedError(400)],
    ['conflict', new UpstreamRejectedError(409)],
    ['server-error', new UpstreamServerError(500)],
    ['invalid', new UpstreamInvalidResponseError('no JSON')],
    ['time-out', new UpstreamTimeoutError()],
  ])('counts against the conversation: %s', (cause, error) => {
    expect(beatOutcomeOf(error)).toEqual({ kind: 'failed', cause });
  });

  it.each([
    ['throttled', new UpstreamThrottledError(7_000)],
    ['throttled', new UpstreamThrottledError()],
    ['unauthorized', new UpstreamUnauthorizedError()],
    ['forbidden', new UpstreamForbiddenError()],
    ['unreachable', new UpstreamUnavailableError()],
    ['breaker-open', new UpstreamUnavailableError({ reason: 'breaker-open' })],
    ['overload', new UpstreamUnavailableError({ reason: 'overload' })],
  ])('counts nothing against the conversation: %s', (cause, error) => {
    expect(beatOutcomeOf(error)).toMatchObject({ kind: 'postponed', cause });
  });

  it('hands on how long upstream asks to be spared', () => {
    expect(beatOutcomeOf(new UpstreamThrottledError(7_000))).toMatchObject({ retryAfterMs: 7_000 });
    expect(beatOutcomeOf(new UpstreamForbiddenError())).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    new UpstreamUnauthorizedError(),
    new UpstreamRejectedError(404),
    new UpstreamServerError(500),
    new UpstreamTimeoutError(),
    new UpstreamInvalidResponseError('no JSON'),
    new UpstreamThrottledError(),
  ])('counts nothing when no token can be had, whatever the login says: %p', (error) => {
    expect(beatOutcomeOf(fromLogin(error))).toMatchObject({ kind: 'postponed', cause: 'no-token' });
  });

  it.each([new TypeError('a bug'), 'text', null])(
    'counts no bug of ours against the customer: %p',
    (error) => {
      expect(beatOutcomeOf(error)).toEqual({ kind: 'postponed', cause: 'internal' });
    },
  );
});
