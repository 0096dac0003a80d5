import { HttpException, NotFoundException, PayloadTooLargeException } from '@nestjs/common';
import { DomainError, type ErrorKind } from '../errors/domain.errors';
import { InvalidRequestError } from '../errors/invalid-request.errors';
import { problemOfStatus, toProblem } from './problem';

const OCCURRENCE = { instance: '/v1/sessions', requestId: 'request-1' };

class FakeError extends DomainError {
  readonly code = 'fake-trouble';
  readonly title = 'Fake trouble';

  constructor(readonly kind: ErrorKind) {
    super('The fake is in trouble.', { cause: new Error('canary') });
  }
}

describe(toProblem.name, () => {
  it.each<[ErrorKind, number]>([
    ['invalid-input', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['unprocessable', 422],
    ['rate-limited', 429],
    ['upstream-rejected', 502],
    ['upstream-failed', 502],
    ['upstream-unavailable', 503],
    ['upstream-timeout', 504],
    ['unavailable', 503],
  ])('tells of an error of the kind %s with status %i', (kind, status) => {
    expect(toProblem(new FakeError(kind), OCCURRENCE)).toEqual({
      type: '/problems/fake-trouble',
      title: 'Fake trouble',
      status,
      detail: 'The fake is in trouble.',
      instance: '/v1/sessions',
      code: 'fake-trouble',
      requestId: 'request-1',
    });
  });

  it('lists all faults of a request', () => {
    const errors = [{ pointer: '#/name', code: 'type', detail: 'must be a string' }];

    expect(toProblem(new InvalidRequestError(errors), OCCURRENCE)).toMatchObject({
      status: 400,
      code: 'validation-failed',
      errors,
    });
  });

  it('names the reason, the policy and the scope of an error that has them', () => {
    const error = Object.assign(new FakeError('forbidden'), {
      reason: 'closed',
      policy: 'opening-hours',
      scope: 'sessions.read',
    });

    expect(toProblem(error, OCCURRENCE)).toMatchObject({
      status: 403,
      reason: 'closed',
      policy: 'opening-hours',
      scope: 'sessions.read',
    });
  });

  it.each([
    ['a domain error of kind internal', new FakeError('internal')],
    ['an unknown error', new TypeError('canary')],
    ['a text', 'canary'],
    ['nothing', undefined],
    ['an object that looks like an error', { status: 400, message: 'canary' }],
    ['a framework error with an unknown status', new HttpException('canary', 418)],
    ['a framework error without a status', new HttpException('canary', Number.NaN)],
    ['a framework error with a success status', new HttpException('canary', 200)],
  ])('tells nothing of %s', (_, error) => {
    expect(toProblem(error, OCCURRENCE)).toEqual({
      type: '/problems/internal',
      title: 'Internal error',
      status: 500,
      ...OCCURRENCE,
      code: 'internal',
    });
  });

  it('keeps the status of the framework, and none of its text', () => {
    const notFound = toProblem(new NotFoundException('Cannot GET /canary'), OCCURRENCE);
    const tooLarge = toProblem(new PayloadTooLargeException('canary'), OCCURRENCE);

    expect([notFound, tooLarge]).toMatchObject([
      { status: 404, code: 'not-found' },
      { status: 413, code: 'payload-too-large' },
    ]);
    expect(JSON.stringify([notFound, tooLarge])).not.toContain('canary');
  });
});

describe(problemOfStatus.name, () => {
  it.each([
    [400, 'bad-request'],
    [404, 'not-found'],
    [405, 'method-not-allowed'],
    [408, 'request-timeout'],
    [413, 'payload-too-large'],
    [414, 'uri-too-long'],
    [415, 'unsupported-media-type'],
    [431, 'headers-too-large'],
  ])('calls %i %s', (status, code) => {
    expect(problemOfStatus(status, OCCURRENCE)).toEqual({
      type: `/problems/${code}`,
      title: expect.any(String) as string,
      status,
      ...OCCURRENCE,
      code,
    });
  });

  it.each([0, 200, 302, 418, 500, 599, Number.NaN])('calls %d an internal error', (status) => {
    expect(problemOfStatus(status, OCCURRENCE)).toMatchObject({ status: 500, code: 'internal' });
  });
});
