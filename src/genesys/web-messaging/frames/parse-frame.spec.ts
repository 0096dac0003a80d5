import { MalformedFrameError } from './malformed-frame.errors';
import { parseFrame } from './parse-frame';
import type { ServerFrame } from './server-frame';

const TIME = '2022-08-22T19:24:26.704Z';

function parsed(name: string, body: unknown, rest: object = {}): ServerFrame {
  return parseFrame(JSON.stringify({ type: 'response', class: name, code: 200, body, ...rest }));
}

const PLAIN = { direction: 'Outbound', content: [], events: [], metadata: {}, isReadOnly: false };

describe(parseFrame.name, () => {
  it('understands a new session', () => {
    const body = {
      connected: true,
      newSession: true,
      readOnly: false,
      maxCustomDataBytes: 2048,
      allowedMedia: { inbound: { fileTypes: [{ type: '*/*' }], maxFileSizeKB: 10240 } },
      blockedExtensions: ['.ade', '.adp'],
      clearedExistingSession: false,
      durationSeconds: 259200,
      expirationDate: 1795595381,
      autoStarted: false,
    };

    expect(parsed('SessionResponse', body, { tracingId: 't' })).toEqual({
      kind: 'session',
      tracingId: 't',
      facts: {
        connected: true,
        newSession: true,
        readOnly: false,
        clearedExistingSession: false,
        autoStarted: false,
        durationSeconds: 259200,
        expirationDate: 1795595381,
        maxCustomDataBytes: 2048,
        media: { fileTypes: ['*/*'], maxFileSizeKB: 10240, blockedExtensions: ['.ade', '.adp'] },
      },
    });
  });

  it('reads a session that only states that it is connected', () => {
    expect(parsed('SessionResponse', { connected: true, newSession: false })).toMatchObject({
      kind: 'session',
      facts: { connected: true, newSession: false, readOnly: false, expirationDate: undefined },
    });
  });

  it.each([
    [
      'JwtResponse',
      { jwt: 'some_jwt', exp: 1666289700 },
      { kind: 'jwt', jwt: 'some_jwt', expiresAt: 1666289700000 },
    ],
    [
      'PresignedUrlResponse',
      {
        attachmentId: 'a',
        headers: { 'x-amz-tagging': 'abc' },
        url: 'https://up',
        fileName: 'f',
        fileSize: 1,
        fileType: 'image/jpeg',
      },
      {
        kind: 'presigned-url',
        upload: {
          attachmentId: 'a',
          headers: { 'x-amz-tagging': 'abc' },
          url: 'https://up',
          fileName: 'f',
          fileSize: 1,
          fileType: 'image/jpeg',
        },
      },
    ],
    [
      'UploadSuccessEvent',
      { attachmentId: 'a', downloadUrl: 'https://down', timestamp: TIME },
      { kind: 'upload-succeeded', attachmentId: 'a', downloadUrl: 'https://down' },
    ],
    [
      'UploadFailureEvent',
      { attachmentId: 'a', errorCode: 4001, errorMessage: 'x', timestamp: TIME },
      { kind: 'upload-failed', attachmentId: 'a', errorCode: 4001 },
    ],
    [
      'GenerateUrlError',
      { attachmentId: 'a', errorCode: 4001, errorMessage: 'x' },
      { kind: 'url-refused', errorCode: 4001 },
    ],
    [
      'ResumeTokenResponse',
      { resumeToken: 'r', exp: 1795595381 },
      { kind: 'resume-token', resumeToken: 'r', expiresAt: 1795595381000 },
    ],
    ['AttachmentDeletedResponse', { attachmentId: 'a' }, { kind: 'attachment-deleted', attachmentId: 'a' }],
    ['SessionClearedEvent', {}, { kind: 'session-cleared' }],
    ['LogoutEvent', {}, { kind: 'logged-out' }],
    ['SessionExpiredEvent', {}, { kind: 'session-expired' }],
    ['ConnectionClosedEvent', { reason: 'signedIn' }, { kind: 'connection-closed', reason: 'signedIn' }],
    ['ConnectionClosedEvent', { reasonCode: 'signedIn' }, { kind: 'connection-closed', reason: 'signedIn' }],
    ['ConnectionClosedEvent', {}, { kind: 'connection-closed' }],
    [
      'TooManyRequestsErrorMessage',
      { retryAfter: 3, errorCode: 4029, errorMessage: 'Message rate too high for this session' },
      { kind: 'throttled', retryAfterMs: 3000 },
    ],
    [
      'GetConfigurationResponse',
      { allowedMedia: {}, blockedExtensions: [], maxCustomDataBytes: 2048, sessionDurationSeconds: 259200 },
      {
        kind: 'configuration',
        media: { fileTypes: [], blockedExtensions: [] },
        maxCustomDataBytes: 2048,
        sessionDurationSeconds: 259200,
      },
    ],
  ])('understands a %s of %j', (name, body, expected) => {
    expect(parsed(name, body)).toEqual(expected);
    expect(parsed(name, { ...body, extra: { deep: 1 } }, { type: 'message', more: 1 })).toEqual(expected);
  });

  it.each([
    [{ attachmentId: 'a', errorCode: 4001 }, 4001],
    [{ attachmentId: 'a' }, 400],
    ['File type not supported', 400],
  ])('understands a GenerateUrlError with the code 400: %j', (body, errorCode) => {
    expect(parsed('GenerateUrlError', body, { code: 400 })).toEqual({ kind: 'url-refused', errorCode });
  });

  it.each([
    [400, 'Request failed.'],
    [4006, 'session expired error message'],
    [4007, 'session not found error message'],
    [403, 'Presence events Conversation Clear are not supported'],
  ])('understands a refusal with code %d by its code alone', (code, body) => {
    expect(parsed('string', body, { code, tracingId: 't' })).toEqual({
      kind: 'refused',
      errorCode: code,
      tracingId: 't',
    });
  });

  it('reads a refusal with the code of throttling as throttled', () => {
    expect(parsed('string', 'too high', { code: 4029 })).toEqual({ kind: 'throttled' });
    expect(parsed('Error', { errorCode: 4029, retryAfter: 7 })).toEqual({
      kind: 'throttled',
      retryAfterMs: 7000,
    });
  });

  it('understands a refusal whose body is an error, with the code of that', () => {
    const error = {
      name: 'Error',
      message: 'm',
      errorCode: 4011,
      errorMessage: 'Message length 5000 is larger than 4096',
    };
    expect(parsed('ErrorMessage', error, { type: 'response', code: 400, tracingId: 't' })).toEqual({
      kind: 'refused',
      errorCode: 4011,
      tracingId: 't',
    });
  });

  it('takes an answer with an error code for a refusal, whatever its class, and no other frame', () => {
    expect(parsed('SomethingNew', {}, { type: 'response', code: 4020 })).toEqual({
      kind: 'refused',
      errorCode: 4020,
    });
    expect(parsed('SomethingNew', {}, { type: 'response', code: 200 })).toEqual({ kind: 'unknown' });
    expect(parsed('SomethingNew', {}, { type: 'message', code: 400 })).toEqual({ kind: 'unknown' });
  });

  it('passes over a ResumeTokenResponse without a token', () => {
    expect(parsed('ResumeTokenResponse', {})).toEqual({ kind: 'unknown' });
  });

  it.each(['Unknown', 'SomethingNew', 'toString'])('does not know the class %s', (name) => {
    expect(parsed(name, {})).toEqual({ kind: 'unknown' });
  });

  it.each([
    { message: 'Internal server error', connectionId: 'L0SM9cOFvHcCIhw=', requestId: 'Zy8aFHy0' },
    { message: 'Forbidden', connectionId: 'L0SM9cOFvHcCIhw=', requestId: 'Zy8aFHy0' },
    { message: 'Endpoint request timed out' },
  ])('takes the error of a gateway, which has no class, for unknown: %j', (frame) => {
    expect(parseFrame(JSON.stringify(frame))).toEqual({ kind: 'unknown' });
  });

  it('overlooks fields of the wrong type', () => {
    const body = { id: 7, text: ['x'], channel: 'x', content: 'x', events: [1], metadata: { a: 1 }, type: 3 };

    expect(parsed('StructuredMessage', body)).toEqual({
      kind: 'message',
      message: { ...PLAIN, type: 'Other' },
    });
    expect(parsed('TooManyRequestsErrorMessage', { retryAfter: 'soon' })).toEqual({ kind: 'throttled' });
    expect(parsed('SessionResponse', { connected: true, expirationDate: '1795595381' })).toMatchObject({
      facts: { expirationDate: undefined },
    });
  });

  it.each(['', 'x', '<html></html>', '{'])('refuses a text that is not JSON: %s', (text) => {
    expect(() => parseFrame(text)).toThrow(MalformedFrameError);
  });

  it.each([
    '[]',
    'null',
    '7',
    '{}',
    '{"class":7}',
    '{"class":7,"message":"Internal server error"}',
    '{"message":{}}',
  ])('takes JSON without a class for malformed: %s', (text) => {
    expect(parseFrame(text)).toEqual({ kind: 'malformed' });
  });

  it.each([
    ['SessionResponse', {}],
    ['SessionResponse', { connected: 'yes' }],
    ['JwtResponse', {}],
    ['PresignedUrlResponse', { attachmentId: 'a' }],
    ['PresignedUrlResponse', { url: 'https://up' }],
    ['UploadSuccessEvent', 'x'],
    ['UploadFailureEvent', {}],
    ['AttachmentDeletedResponse', {}],
  ])('takes a known class without its content for malformed, and names it: %s %j', (className, body) => {
    const malformed = { kind: 'malformed', className };

    expect(parsed(className, body)).toEqual(malformed);
    expect(parsed(className, body, { tracingId: 't' })).toEqual({ ...malformed, tracingId: 't' });
  });

  it('reads JSON that is nested too deeply as malformed', () => {
    const card = (depth: number): string =>
      `{"class":"StructuredMessage","body":{"content":[${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}]}}`;

    expect(JSON.stringify(parseFrame(card(90)))).toContain('{"a":1}');
    expect(parseFrame(card(50_000))).toEqual({ kind: 'malformed' });
  });
});
