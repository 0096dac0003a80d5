import {
  UpstreamForbiddenError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { errorOf } from '../../transport/classification';
import { anAnswer } from '../../transport/genesys-http-client.fake';
import { commandFailureOf } from './command-failure';

const SECRET = 'the-secret-token';

describe(commandFailureOf, () => {
  it('names status, code and correlation id of a refusal, and no text of its body', () => {
    const answer = { ...anAnswer(400, { code: 'bad.request', message: SECRET }), correlationId: 'c-1' };
    const error = errorOf(answer) ?? new UpstreamServerError(500);

    expect(commandFailureOf(error)).toEqual({
      message: 'Genesys Cloud refused the request: 400 bad.request.\nCorrelation id: c-1.',
      exitCode: 1,
    });
  });

  it.each([
    [new UpstreamForbiddenError(), 1, 'messaging:integration:edit'],
    [errorOf(anAnswer(404)) ?? new UpstreamServerError(500), 1, 'no such Open Messaging integration'],
    [new UpstreamThrottledError(9_000), 1, 'Try again in 9 seconds'],
    [new UpstreamUnauthorizedError('invalid client'), 1, 'invalid client'],
    [new UpstreamServerError(503), 1, '503'],
    [new UpstreamTimeoutError(), 2, 'did not answer in time'],
    [new UpstreamUnavailableError({ cause: coded('ENOTFOUND') }), 2, '(ENOTFOUND)'],
  ])('tells %s with %i', (error, exitCode, words) => {
    expect(commandFailureOf(error)).toEqual({ message: expect.stringContaining(words), exitCode });
    expect(commandFailureOf(error).message).not.toContain(SECRET);
  });
});

function coded(code: string): Error {
  return Object.assign(new Error(`getaddrinfo ${SECRET}`), { code });
}
