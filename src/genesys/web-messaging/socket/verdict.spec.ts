import { UpstreamServerError, UpstreamUnauthorizedError } from '../../../common/errors/upstream.errors';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import { parseFrame } from '../frames/parse-frame';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';
import { errorOfFrame } from '../connection/refusal';
import { verdictOf, verdictOfFacts, verdictOfFrame, verdictOfReadOnly } from './verdict';

const RESUMED = { isResumed: true, isAuthenticated: false };

function frame(name: string, body: unknown = {}, rest: object = {}): ServerFrame {
  return parseFrame(JSON.stringify({ type: 'message', class: name, code: 200, body, ...rest }));
}

function facts(given: object): SessionFacts {
  const read = frame('SessionResponse', { connected: true, ...given });
  if (read.kind !== 'session') throw new Error('No session.');
  return read.facts;
}

describe(verdictOfFrame.name, () => {
  it.each([
    ['SessionExpiredEvent', {}, 'expired', 'SessionExpiredEvent'],
    ['SessionClearedEvent', {}, 'cleared', 'SessionClearedEvent'],
    ['LogoutEvent', {}, 'logged-out', 'LogoutEvent'],
    [
      'ConnectionClosedEvent',
      { reason: 'signedIn' },
      'signed-in-elsewhere',
      'ConnectionClosedEvent signedIn',
    ],
    ['Error', { errorCode: 4006 }, 'expired', '4006'],
    ['ErrorMessage', { errorCode: 4007 }, 'gone', '4007'],
    ['Error', { errorCode: 4017 }, 'signed-in-elsewhere', '4017'],
  ])('names the end by %s %j as %s, and keeps %s', (name, body, reason, endCause) => {
    expect(verdictOfFrame(frame(name, body))).toEqual({ reason, endCause });
  });

  it.each([
    ['ConnectionClosedEvent', { reason: 'userSignOut' }],
    ['Error', { errorCode: 4011 }],
    ['SessionResponse', { connected: true }],
  ])('sees no end in %s %j', (name, body) => {
    expect(verdictOfFrame(frame(name, body))).toBeUndefined();
  });
});

describe(verdictOfFacts.name, () => {
  it.each([
    [{ readOnly: true }, 'agent-ended', 'readOnly'],
    [{ newSession: true }, 'gone', 'newSession'],
    [{ clearedExistingSession: true }, 'cleared', 'clearedExistingSession'],
  ])('names the end by %j as %s, and keeps %s', (given, reason, endCause) => {
    expect(verdictOfFacts(facts(given), RESUMED)).toEqual({ reason, endCause });
  });

  it('has no word for a session that is not connected', () => {
    expect(verdictOfFacts(facts({ connected: false }), RESUMED)).toEqual({ reason: 'refused' });
  });
});

describe(verdictOfReadOnly.name, () => {
  it.each([
    [
      { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }] },
      'Presence/Disconnect',
    ],
    [{ type: 'Text', text: 'Bye' }, 'readOnly'],
  ])('keeps the Presence of %j', (body, endCause) => {
    const read = frame('StructuredMessage', { direction: 'Outbound', ...body });
    if (read.kind !== 'message') throw new Error('No message.');

    expect(verdictOfReadOnly(read.message)).toEqual({ reason: 'agent-ended', endCause });
  });
});

describe(verdictOf.name, () => {
  it.each([
    [errorOfFrame({ kind: 'refused', errorCode: 4006 }), { reason: 'expired', endCause: '4006' }],
    [errorOfFrame({ kind: 'refused', errorCode: 403 }), { reason: 'refused', endCause: '403' }],
    [
      new GuestNotAuthenticatedError({ cause: errorOfFrame({ kind: 'refused', errorCode: 401 }) }),
      { reason: 'logged-out', endCause: '401' },
    ],
    [new UpstreamUnauthorizedError(), { reason: 'refused' }],
    [new UpstreamServerError(500), undefined],
  ])('keeps the code of %s', (error, expected) => {
    expect(verdictOf(error)).toEqual(expected);
  });
});
