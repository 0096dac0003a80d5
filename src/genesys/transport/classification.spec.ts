import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamUnauthorizedError,
} from '../../common/errors/upstream.errors';
import { errorOf, jsonObjectOf } from './classification';
import { anAnswer } from './genesys-http-client.fake';

const BODY = 'the secret words of the upstream';

function answer(status: number, retryAfter?: string): Parameters<typeof errorOf>[0] {
  return { ...anAnswer(status, BODY), retryAfter };
}

describe(errorOf.name, () => {
  it('keeps the correlation id of the answer', () => {
    expect(errorOf({ ...answer(500), correlationId: 'c0ffee' })).toMatchObject({ correlationId: 'c0ffee' });
    expect(errorOf(answer(500))).not.toHaveProperty('correlationId', expect.anything());
  });

  it.each([
    [404, '{"code":"not.found","message":"canary"}', '404 not.found'],
    [410, '{"code":"conversation.has-ended"}', '410 conversation.has-ended'],
    [404, '{"code":"jwt_0123456789abcdef0123456789abcdef"}', '404'],
    [404, '{"code":"No such thing"}', '404'],
    [400, `{"code":"${'a'.repeat(61)}"}`, '400'],
    [400, '{"code":4}', '400'],
    [400, '["code"]', '400'],
    [503, '<html>Service Unavailable</html>', '503'],
  ])('keeps status and error code of %d %s as the word for the refusal', (status, body, refusal) => {
    expect(errorOf(anAnswer(status, body))?.refusal).toBe(refusal);
  });

  it('looks for no error code in a long body', () => {
    const body = JSON.stringify({ code: 'not.found', message: 'm'.repeat(20_000) });

    expect(errorOf(anAnswer(404, body))?.refusal).toBe('404');
  });

  it('has no word for an answer that refuses nothing', () => {
    expect(errorOf(anAnswer(302, '{"code":"moved"}'))?.refusal).toBeUndefined();
  });

  it.each([200, 201, 202, 204, 299])('finds nothing wrong with %d', (status) => {
    expect(errorOf(answer(status))).toBeUndefined();
  });

  it.each([
    [401, UpstreamUnauthorizedError],
    [403, UpstreamForbiddenError],
    [429, UpstreamThrottledError],
    [400, UpstreamRejectedError],
    [404, UpstreamRejectedError],
    [409, UpstreamRejectedError],
    [410, UpstreamRejectedError],
    [422, UpstreamRejectedError],
    [499, UpstreamRejectedError],
    [500, UpstreamServerError],
    [503, UpstreamServerError],
    [599, UpstreamServerError],
    [101, UpstreamInvalidResponseError],
    [302, UpstreamInvalidResponseError],
    [304, UpstreamInvalidResponseError],
  ])('names %d by a %p', (status, type) => {
    const error = errorOf(answer(status));

    expect(error).toBeInstanceOf(type);
    expect(error?.message).not.toContain(BODY);
    expect(error?.dependency).toBe('api');
  });

  it('tells the status of a rejection and of a server error', () => {
    expect(errorOf(answer(418))?.message).toContain('418');
    expect(errorOf(answer(507))?.message).toContain('507');
  });

  it('tells a server that failed from one that refused', () => {
    expect([errorOf(answer(418))?.kind, errorOf(answer(507))?.kind]).toEqual([
      'upstream-rejected',
      'upstream-failed',
    ]);
  });

  it('names the permission that a 403 may be missing', () => {
    expect(errorOf(answer(403))?.message).toContain('conversation:write');
  });

  it.each([
    [404, true],
    [410, true],
    [400, false],
    [409, false],
  ])('knows by %d whether the conversation is gone: %p', (status, gone) => {
    expect(errorOf(answer(status))).toMatchObject({ gone });
  });

  it.each([
    [200, undefined],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [409, true],
    [429, false],
    [500, true],
    [302, true],
  ])('knows whether a request that got a %d may have taken effect: %p', (status, effect) => {
    expect(errorOf(answer(status))?.mayHaveTakenEffect).toBe(effect);
  });

  describe('on a 429', () => {
    it('reads how long to wait in seconds', () => {
      expect(errorOf(answer(429, '7'))).toMatchObject({ hintMs: 7_000, retryAfterMs: 7_000 });
    });

    it('reads how long to wait as a date', () => {
      const error = errorOf(answer(429, new Date(Date.now() + 60_000).toUTCString()));

      expect(error?.retryAfterMs).toBeGreaterThan(55_000);
      expect(error?.retryAfterMs).toBeLessThanOrEqual(60_000);
    });

    it.each([undefined, '', 'soon', '-5', '1.5', 'NaN'])('knows no wait when it says %p', (retryAfter) => {
      const error = errorOf(answer(429, retryAfter));

      expect(error).toMatchObject({ retryAfterMs: 3_000 });
      expect((error as UpstreamThrottledError).hintMs).toBeUndefined();
    });
  });
});

describe(jsonObjectOf.name, () => {
  it('is the object of the answer', () => {
    expect(jsonObjectOf(anAnswer(200, { id: '1' }))).toEqual({ id: '1' });
  });

  it.each(['', '<html>', '{"id":', '[]', 'null', '"text"', '1', 'undefined'])('refuses %p', (body) => {
    expect(() => jsonObjectOf(anAnswer(200, body))).toThrow(UpstreamInvalidResponseError);
  });

  it('refuses what could not be written again, for it is nested too deeply', () => {
    const body = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;

    expect(() => jsonObjectOf(anAnswer(200, body))).toThrow(UpstreamInvalidResponseError);
  });

  it('repeats nothing of what arrived', () => {
    expect(() => jsonObjectOf(answer(200))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(BODY) as string }) as Error,
    );
  });
});
