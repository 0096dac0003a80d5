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
import { type AnswerClass, classOf, REACTIONS } from './reactions';

function fromLogin(error: UpstreamError): UpstreamError {
  error.dependency = 'login';
  return error;
}

/** At least one error of every class; a class that is missing here does not compile. */
const EXAMPLES: Readonly<Record<AnswerClass, readonly unknown[]>> = {
  ok: [undefined],
  throttled: [new UpstreamThrottledError(), new UpstreamThrottledError(7_000)],
  unauthorized: [new UpstreamUnauthorizedError()],
  forbidden: [new UpstreamForbiddenError()],
  gone: [new UpstreamRejectedError(404), new UpstreamRejectedError(410)],
  conflict: [new UpstreamRejectedError(409)],
  rejected: [new UpstreamRejectedError(400), new UpstreamRejectedError(422)],
  'server-error': [new UpstreamServerError(500), new UpstreamServerError(503)],
  invalid: [new UpstreamInvalidResponseError('no JSON')],
  'time-out': [new UpstreamTimeoutError()],
  unreachable: [new UpstreamUnavailableError(), new UpstreamUnavailableError({ sent: false })],
  'breaker-open': [new UpstreamUnavailableError({ reason: 'breaker-open' })],
  'no-token': [
    fromLogin(new UpstreamUnauthorizedError()),
    fromLogin(new UpstreamRejectedError(404)),
    fromLogin(new UpstreamServerError(500)),
    fromLogin(new UpstreamUnavailableError({ reason: 'breaker-open' })),
  ],
  overload: [new UpstreamUnavailableError({ reason: 'overload' })],
  internal: [new TypeError('a bug'), 'text', null, 0],
};

const CLASSES = Object.keys(EXAMPLES) as AnswerClass[];

describe(classOf.name, () => {
  it.each(CLASSES)('names what is %s', (name) => {
    expect(EXAMPLES[name].map(classOf)).toEqual(EXAMPLES[name].map(() => name));
  });
});

describe('the table of reactions', () => {
  it('has one for everything that can happen, and for nothing else', () => {
    expect(Object.keys(REACTIONS).sort()).toEqual([...CLASSES].sort());
  });

  it('counts against a conversation only what is its own failure', () => {
    const failing = CLASSES.filter((name) => REACTIONS[name].beat === 'failed');

    expect(failing.sort()).toEqual(['conflict', 'invalid', 'rejected', 'server-error', 'time-out']);
  });

  it('takes a conversation for disconnected only when the platform says so', () => {
    const over = CLASSES.filter((name) => REACTIONS[name].disconnect !== 'retry');

    expect(over.sort()).toEqual(['conflict', 'gone', 'ok']);
  });
});
