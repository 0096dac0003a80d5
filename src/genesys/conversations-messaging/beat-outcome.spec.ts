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

  it.each([
    new UpstreamRejectedError(400),
    new UpstreamRejectedError(409),
    new UpstreamServerError(500),
    new UpstreamInvalidResponseError('no JSON'),
    new UpstreamTimeoutError(),
  ])('counts against the conversation: %p', (error) => {
    expect(beatOutcomeOf(error)).toEqual({ kind: 'failed', cause: error.code });
  });

  it.each([
    new UpstreamThrottledError(7_000),
    new UpstreamThrottledError(),
    new UpstreamUnauthorizedError(),
    new UpstreamForbiddenError(),
    new UpstreamUnavailableError(),
  ])('counts nothing against the conversation: %p', (error) => {
    expect(beatOutcomeOf(error)).toMatchObject({ kind: 'postponed', cause: error.code });
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
