import { parseShallowJson } from '../../../common/json/shallow-json';
import { ECHO_TRACING_ID } from './client-frame';
import {
  type Fields,
  fieldsIn,
  flagIn,
  idIn,
  isFields,
  known,
  numberIn,
  objectsIn,
  textIn,
  textMapIn,
  textsIn,
  wholeNumberIn,
} from './fields';
import { guestMessageOf } from './guest-message';
import { MalformedFrameError } from './malformed-frame.error';
import type { AllowedMedia, ServerFrame, SessionFacts } from './server-frame';

interface Envelope {
  readonly code: number;
  readonly body: Fields;
  readonly tracingId: string | undefined;
}

type Parser = (envelope: Envelope) => ServerFrame;

/** One parser for each class of the server. What is not here is unknown. */
const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['SessionResponse', ({ body }) => ({ kind: 'session', facts: sessionFactsOf(body) })],
  ['StructuredMessage', messageOf],
  ['JwtResponse', jwtOf],
  ['ResumeTokenResponse', resumeTokenOf],
  ['PresignedUrlResponse', presignedUrlOf],
  ['UploadSuccessEvent', uploadSucceededOf],
  ['UploadFailureEvent', uploadFailedOf],
  ['GenerateUrlError', urlRefusedOf],
  [
    'AttachmentDeletedResponse',
    ({ body }) => ({ kind: 'attachment-deleted', attachmentId: attachmentIdIn(body) }),
  ],
  ['SessionExpiredEvent', () => ({ kind: 'session-expired' })],
  ['SessionClearedEvent', () => ({ kind: 'session-cleared' })],
  ['LogoutEvent', () => ({ kind: 'logged-out' })],
  ['ConnectionClosedEvent', connectionClosedOf],
  ['GetConfigurationResponse', configurationOf],
  ['TooManyRequestsErrorMessage', throttledOf],
  ['string', refusalOf],
  ['Error', refusalOf],
  ['ErrorMessage', refusalOf],
]);

/**
 * Understands a text frame of the server. An unknown class is `unknown`, and so is the error of a gateway in front of the
 * server, which has no class; unknown fields are overlooked. Throws `MalformedFrameError` for a text that is no frame, and
 * for one that lacks the content of its class.
 */
export function parseFrame(text: string): ServerFrame {
  const frame = jsonOf(text);
  const name = textIn(frame, 'class');
  if (name === undefined) {
    if (isOfGateway(frame)) return { kind: 'unknown' };
    throw new MalformedFrameError('no class');
  }
  const tracingId = textIn(frame, 'tracingId');
  const parse = PARSERS.get(name);
  const envelope = { code: numberIn(frame, 'code') ?? 0, body: fieldsIn(frame, 'body'), tracingId };
  const content = parse === undefined ? unknownOf(frame, envelope) : parse(envelope);
  return tracingId === undefined ? content : { ...content, tracingId };
}

/** An answer that is an error, of whatever class: its request must not wait for another one. */
function unknownOf(frame: Fields, envelope: Envelope): ServerFrame {
  const isError = textIn(frame, 'type') === 'response' && envelope.code >= 400;
  return isError ? refusalOf(envelope) : { kind: 'unknown' };
}

/** As Amazon API Gateway sends it when it cannot hand a frame on: `message`, `connectionId` and `requestId`. */
function isOfGateway(frame: Fields): boolean {
  return frame['class'] === undefined && textIn(frame, 'message') !== undefined;
}

function jsonOf(text: string): Fields {
  let value: unknown;
  try {
    value = parseShallowJson(text);
  } catch (cause) {
    throw new MalformedFrameError('no JSON', { cause });
  }
  if (!isFields(value)) throw new MalformedFrameError('no JSON object');
  return value;
}

function sessionFactsOf(body: Fields): SessionFacts {
  if (typeof body['connected'] !== 'boolean') throw new MalformedFrameError('a session without "connected"');
  return {
    connected: body['connected'],
    newSession: flagIn(body, 'newSession'),
    readOnly: flagIn(body, 'readOnly'),
    clearedExistingSession: flagIn(body, 'clearedExistingSession'),
    autoStarted: flagIn(body, 'autoStarted'),
    durationSeconds: numberIn(body, 'durationSeconds'),
    expirationDate: numberIn(body, 'expirationDate'),
    media: mediaOf(body),
    ...known({ maxCustomDataBytes: wholeNumberIn(body, 'maxCustomDataBytes') }),
  };
}

function mediaOf(body: Fields): AllowedMedia {
  const inbound = fieldsIn(fieldsIn(body, 'allowedMedia'), 'inbound');
  const fileTypes = objectsIn(inbound, 'fileTypes').flatMap((fileType) => textIn(fileType, 'type') ?? []);
  return {
    // A session that is resumed may be described in fewer words.
    ...(isFields(body['allowedMedia']) ? { fileTypes } : {}),
    blockedExtensions: textsIn(body, 'blockedExtensions'),
    ...known({ maxFileSizeKB: wholeNumberIn(inbound, 'maxFileSizeKB') }),
  };
}

function messageOf({ body, tracingId }: Envelope): ServerFrame {
  if (tracingId !== ECHO_TRACING_ID) return { kind: 'message', message: guestMessageOf(body) };
  // What is a number everywhere else is a text here.
  const metadata = textMapIn(body, 'metadata');
  return {
    kind: 'echo',
    expiry: {
      durationSeconds: secondsOf(metadata['durationSeconds']),
      expirationDate: secondsOf(metadata['expirationDate']),
    },
  };
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function jwtOf({ body }: Envelope): ServerFrame {
  const jwt = textIn(body, 'jwt');
  if (jwt === undefined) throw new MalformedFrameError('a token response without a token');
  const exp = numberIn(body, 'exp');
  return { kind: 'jwt', jwt, ...(exp === undefined ? {} : { expiresAt: exp * 1000 }) };
}

/** Without a token it is of no use, and no reason to end the line: no request waits for it. */
function resumeTokenOf({ body }: Envelope): ServerFrame {
  const resumeToken = textIn(body, 'resumeToken');
  if (resumeToken === undefined) return { kind: 'unknown' };
  const exp = numberIn(body, 'exp');
  return { kind: 'resume-token', resumeToken, ...(exp === undefined ? {} : { expiresAt: exp * 1000 }) };
}

function presignedUrlOf({ body }: Envelope): ServerFrame {
  const url = textIn(body, 'url');
  if (url === undefined) throw new MalformedFrameError('a presigned URL without a URL');
  const headers = textMapIn(body, 'headers');
  return {
    kind: 'presigned-url',
    upload: {
      attachmentId: attachmentIdIn(body),
      url,
      headers,
      ...known({
        fileName: textIn(body, 'fileName'),
        fileType: textIn(body, 'fileType'),
        fileSize: wholeNumberIn(body, 'fileSize'),
      }),
    },
  };
}

function uploadSucceededOf({ body }: Envelope): ServerFrame {
  const downloadUrl = known({ downloadUrl: textIn(body, 'downloadUrl') });
  return { kind: 'upload-succeeded', attachmentId: attachmentIdIn(body), ...downloadUrl };
}

function uploadFailedOf({ body }: Envelope): ServerFrame {
  const errorCode = known({ errorCode: numberIn(body, 'errorCode') });
  return { kind: 'upload-failed', attachmentId: attachmentIdIn(body), ...errorCode };
}

/** The code of the frame counts where the body has none: it is 200 on the wire, and 400 in the documentation. */
function urlRefusedOf({ code, body }: Envelope): ServerFrame {
  const errorCode = numberIn(body, 'errorCode') ?? (code >= 400 ? code : undefined);
  return { kind: 'url-refused', ...known({ errorCode }) };
}

function attachmentIdIn(body: Fields): string {
  const id = idIn(body, 'attachmentId');
  if (id === undefined) throw new MalformedFrameError('an attachment without an id');
  return id;
}

/** The schema calls it `reasonCode`, the wire `reason`. */
function connectionClosedOf({ body }: Envelope): ServerFrame {
  const reason = textIn(body, 'reason') ?? textIn(body, 'reasonCode');
  return { kind: 'connection-closed', ...known({ reason }) };
}

function configurationOf({ body }: Envelope): ServerFrame {
  return {
    kind: 'configuration',
    media: mediaOf(body),
    ...known({
      maxCustomDataBytes: wholeNumberIn(body, 'maxCustomDataBytes'),
      sessionDurationSeconds: numberIn(body, 'sessionDurationSeconds'),
    }),
  };
}

function throttledOf({ body }: Envelope): ServerFrame {
  const seconds = numberIn(body, 'retryAfter');
  return {
    kind: 'throttled',
    ...(seconds === undefined || seconds < 0 ? {} : { retryAfterMs: seconds * 1000 }),
  };
}

/** The platform tells an error in the code of the frame or, with a body of JSON, in that of the body. */
function refusalOf({ code, body }: Envelope): ServerFrame {
  const errorCode = numberIn(body, 'errorCode') ?? code;
  return errorCode === 4029 || errorCode === 429
    ? throttledOf({ code, body, tracingId: undefined })
    : { kind: 'refused', errorCode };
}
