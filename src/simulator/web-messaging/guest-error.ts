import { ServerFrame } from './server-frame';

/** A refusal in the platform's words; the simulator words those that the public sources do not quote. */
export interface GuestError {
  readonly code: number;
  readonly text: string;
}

export const GUEST_ERRORS = {
  requestFailed: { code: 400, text: 'Request failed.' },
  unauthorized: { code: 401, text: 'User is unauthorized' },
  notAuthenticated: { code: 403, text: 'HTTP authorization error' },
  authenticationFailed: { code: 403, text: 'Session authentication failed' },
  typingIsOff: { code: 403, text: 'Turn on the Feature Toggle or fix the configuration.' },
  clearIsOff: { code: 403, text: 'Presence events Conversation Clear are not supported' },
  readOnly: { code: 409, text: 'The session is read-only.' },
  featureUnavailable: { code: 4000, text: 'Attachments are not available.' },
  fileType: { code: 4001, text: 'The file type is not allowed.' },
  fileSize: { code: 4002, text: 'The file size is not allowed.' },
  fileContent: { code: 4003, text: 'The file content is not what was announced.' },
  fileName: { code: 4004, text: 'The file name is invalid.' },
  fileNameTooLong: { code: 4005, text: 'The file name is too long.' },
  sessionExpired: { code: 4006, text: 'session expired error message' },
  sessionNotFound: { code: 4007, text: 'session not found error message' },
  attachmentExpired: { code: 4008, text: 'The attachment has expired.' },
  attachmentNotFound: { code: 4009, text: 'The attachment was not found.' },
  attachmentNotUploaded: { code: 4010, text: 'The attachment was not successfully uploaded.' },
  fileEmpty: { code: 4102, text: 'The file is empty.' },
  cannotDowngrade: { code: 4017, text: 'An authenticated session cannot become unauthenticated.' },
} as const satisfies Record<string, GuestError>;

export function messageTooLong(bytes: number): GuestError {
  return { code: 4011, text: `Message length ${bytes} is larger than 4096` };
}

export function attributesTooLarge(maxBytes: number): GuestError {
  return { code: 4013, text: `Custom Attributes in channel metadata is larger than ${maxBytes} bytes` };
}

export function missingParameter(name: string): GuestError {
  return { code: 4020, text: `Missing parameter ${name}` };
}

export function errorFrame({ code, text }: GuestError, tracingId?: string): ServerFrame {
  return {
    type: 'response',
    class: 'string',
    code,
    body: text,
    ...(tracingId === undefined ? {} : { tracingId }),
  };
}

export function tooManyRequestsFrame(
  retryAfter: number,
  errorMessage: string,
  tracingId?: string,
): ServerFrame {
  return {
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter, errorCode: 4029, errorMessage },
    ...(tracingId === undefined ? {} : { tracingId }),
  };
}
