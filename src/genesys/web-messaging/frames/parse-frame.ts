import { JsonTooDeepError } from '../../../common/json/json-too-deep.errors';
import { parseShallowJson } from '../../../common/json/shallow-json';
import { ECHO_TRACING_ID } from './client-frame';
import {
  type Fields,
  fieldsIn,
  flagIn,
  idIn,
  isFields,
  omitUndefined,
  numberIn,
  objectsIn,
  textIn,
  textMapIn,
  textsIn,
  wholeNumberIn,
} from '../../fields';
import { guestMessageOf } from './guest-message';
import { MalformedFrameError } from './malformed-frame.errors';
import type { AllowedMedia, ServerFrame, SessionFacts } from './server-frame';

interface Envelope {
  readonly code: number;
  readonly body: Fields;
  readonly tracingId: string | undefined;
}

type Parser = (envelope: Envelope) => ServerFrame;

const MALFORMED: ServerFrame = { kind: 'malformed' };

/** One parser for each class of the server. All other classes are unknown. */
const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['SessionResponse', sessionOf],
  ['StructuredMessage', messageOf],
  ['JwtResponse', jwtOf],
  ['ResumeTokenResponse', resumeTokenOf],
  ['PresignedUrlResponse', presignedUrlOf],
  ['UploadSuccessEvent', uploadSucceededOf],
  ['UploadFailureEvent', uploadFailedOf],
  ['GenerateUrlError', urlRefusedOf],
  ['AttachmentDeletedResponse', attachmentDeletedOf],
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
 * Parses a text frame of the server. A frame of an unknown class is `unknown`, and so is the error of a gateway in front of
 * the server, which has no class; unknown fields are ignored. Any other JSON is `malformed`. Throws `MalformedFrameError`
 * for a text that is not JSON.
 */
export function parseFrame(text: string): ServerFrame {
  const frame = jsonOf(text);
  if (!isFields(frame)) return MALFORMED;
  const tracingId = textIn(frame, 'tracingId');
  return { ...contentOf(frame, tracingId), ...omitUndefined({ tracingId }) };
}

function contentOf(frame: Fields, tracingId: string | undefined): ServerFrame {
  const name = textIn(frame, 'class');
  if (name === undefined) return isOfGateway(frame) ? { kind: 'unknown' } : MALFORMED;
  const parse = PARSERS.get(name);
  const envelope = { code: numberIn(frame, 'code') ?? 0, body: fieldsIn(frame, 'body'), tracingId };
  if (parse === undefined) return unknownOf(frame, envelope);
  const content = parse(envelope);
  return content.kind === 'malformed' ? { ...content, className: name } : content;
}

/** Turns an error response of an unknown class into a refusal, so that its request does not wait in vain. */
function unknownOf(frame: Fields, envelope: Envelope): ServerFrame {
  const isError = textIn(frame, 'type') === 'response' && envelope.code >= 400;
  return isError ? refusalOf(envelope) : { kind: 'unknown' };
}

/** Whether Amazon API Gateway reports that it could not forward a frame: `message`, `connectionId` and `requestId`. */
function isOfGateway(frame: Fields): boolean {
  return frame['class'] === undefined && textIn(frame, 'message') !== undefined;
}

/** Parses JSON; undefined when it is nested too deeply to be serialised again. */
function jsonOf(text: string): unknown {
  try {
    return parseShallowJson(text);
  } catch (cause) {
    if (cause instanceof JsonTooDeepError) return undefined;
    throw new MalformedFrameError('no JSON', { cause });
  }
}

function sessionOf({ body }: Envelope): ServerFrame {
  const { connected } = body;
  return typeof connected === 'boolean'
    ? { kind: 'session', facts: sessionFactsOf(connected, body) }
    : MALFORMED;
}

function sessionFactsOf(connected: boolean, body: Fields): SessionFacts {
  return {
    connected,
    newSession: flagIn(body, 'newSession'),
    readOnly: flagIn(body, 'readOnly'),
    clearedExistingSession: flagIn(body, 'clearedExistingSession'),
    autoStarted: flagIn(body, 'autoStarted'),
    durationSeconds: numberIn(body, 'durationSeconds'),
    expirationDate: numberIn(body, 'expirationDate'),
    media: mediaOf(body),
    ...omitUndefined({ maxCustomDataBytes: wholeNumberIn(body, 'maxCustomDataBytes') }),
  };
}

function mediaOf(body: Fields): AllowedMedia {
  const inbound = fieldsIn(fieldsIn(body, 'allowedMedia'), 'inbound');
  const fileTypes = objectsIn(inbound, 'fileTypes').flatMap((fileType) => textIn(fileType, 'type') ?? []);
  return {
    // The description of a resumed session may lack them.
    ...(isFields(body['allowedMedia']) ? { fileTypes } : {}),
    blockedExtensions: textsIn(body, 'blockedExtensions'),
    ...omitUndefined({ maxFileSizeKB: wholeNumberIn(inbound, 'maxFileSizeKB') }),
  };
}

function messageOf({ body, tracingId }: Envelope): ServerFrame {
  if (tracingId !== ECHO_TRACING_ID) return { kind: 'message', message: guestMessageOf(body) };
  // The metadata hold as strings what other frames hold as numbers.
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
  if (jwt === undefined) return MALFORMED;
  const exp = numberIn(body, 'exp');
  return { kind: 'jwt', jwt, ...(exp === undefined ? {} : { expiresAt: exp * 1000 }) };
}

/** `unknown` without a token: no request waits for it. */
function resumeTokenOf({ body }: Envelope): ServerFrame {
  const resumeToken = textIn(body, 'resumeToken');
  if (resumeToken === undefined) return { kind: 'unknown' };
  const exp = numberIn(body, 'exp');
  return { kind: 'resume-token', resumeToken, ...(exp === undefined ? {} : { expiresAt: exp * 1000 }) };
}

function presignedUrlOf({ body }: Envelope): ServerFrame {
  const url = textIn(body, 'url');
  const attachmentId = idIn(body, 'attachmentId');
  if (url === undefined || attachmentId === undefined) return MALFORMED;
  const headers = textMapIn(body, 'headers');
  return {
    kind: 'presigned-url',
    upload: {
      attachmentId,
      url,
      headers,
      ...omitUndefined({
        fileName: textIn(body, 'fileName'),
        fileType: textIn(body, 'fileType'),
        fileSize: wholeNumberIn(body, 'fileSize'),
      }),
    },
  };
}

function uploadSucceededOf({ body }: Envelope): ServerFrame {
  const attachmentId = idIn(body, 'attachmentId');
  if (attachmentId === undefined) return MALFORMED;
  return {
    kind: 'upload-succeeded',
    attachmentId,
    ...omitUndefined({ downloadUrl: textIn(body, 'downloadUrl') }),
  };
}

function uploadFailedOf({ body }: Envelope): ServerFrame {
  const attachmentId = idIn(body, 'attachmentId');
  if (attachmentId === undefined) return MALFORMED;
  return {
    kind: 'upload-failed',
    attachmentId,
    ...omitUndefined({ errorCode: numberIn(body, 'errorCode') }),
  };
}

/** Falls back to the code of the frame, which is 200 on the wire and 400 in the documentation. */
function urlRefusedOf({ code, body }: Envelope): ServerFrame {
  const errorCode = numberIn(body, 'errorCode') ?? (code >= 400 ? code : undefined);
  return { kind: 'url-refused', ...omitUndefined({ errorCode }) };
}

function attachmentDeletedOf({ body }: Envelope): ServerFrame {
  const attachmentId = idIn(body, 'attachmentId');
  return attachmentId === undefined ? MALFORMED : { kind: 'attachment-deleted', attachmentId };
}

/** The field is `reasonCode` in the schema and `reason` on the wire. */
function connectionClosedOf({ body }: Envelope): ServerFrame {
  const reason = textIn(body, 'reason') ?? textIn(body, 'reasonCode');
  return { kind: 'connection-closed', ...omitUndefined({ reason }) };
}

function configurationOf({ body }: Envelope): ServerFrame {
  return {
    kind: 'configuration',
    media: mediaOf(body),
    ...omitUndefined({
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

/** The error code is in the frame or, with a JSON body, in the body. */
function refusalOf({ code, body }: Envelope): ServerFrame {
  const errorCode = numberIn(body, 'errorCode') ?? code;
  return errorCode === 4029 || errorCode === 429
    ? throttledOf({ code, body, tracingId: undefined })
    : { kind: 'refused', errorCode };
}
