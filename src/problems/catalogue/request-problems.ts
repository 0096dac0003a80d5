import type { ProblemType } from './problem-type';

/** Faults of a request, on any route. The request has changed nothing. */
export const REQUEST_PROBLEMS = {
  'validation-failed': {
    title: 'The request breaks a rule',
    statuses: [400],
    meaning: 'Fields of the body or of the query are missing, unknown or not what the API allows.',
    action:
      'Look into errors: each entry has a pointer to the field, a code and what the field must be. ' +
      'It has the first 20 errors at most; detail says when there are more.',
    retry: 'changed',
  },
  'malformed-json': {
    title: 'The request body is not acceptable JSON',
    statuses: [400],
    meaning:
      'The body is missing, is not JSON in UTF-8, has a key twice, is nested deeper than 32 levels, ' +
      'has more than 200 keys or 1,000 values, or holds a string that cannot be stored.',
    action: 'Write the body with a JSON library; detail names the broken rule.',
    retry: 'changed',
  },
  'idempotency-key-invalid': {
    title: 'The idempotency key is not acceptable',
    statuses: [400],
    meaning:
      'Idempotency-Key is empty, longer than 255 characters, sent twice, or holds more than visible ASCII.',
    action: 'Send a UUID, or leave the header out; a key with spaces in it has to be a quoted string.',
    retry: 'changed',
  },
  'idempotency-key-reused': {
    title: 'The idempotency key belongs to another request',
    statuses: [422],
    meaning: 'In the last 24 hours the same caller has sent this Idempotency-Key with another body.',
    action: 'Make a new key for every session, and reuse it only to repeat the same request.',
    retry: 'changed',
  },
  'request-in-progress': {
    title: 'The same request is being served',
    statuses: [409],
    meaning: 'A request with this Idempotency-Key came first and has no answer yet. Nothing more was done.',
    action:
      'Send the same request with the same key again after Retry-After: it gets the answer of the first.',
    retry: 'later',
  },
  'bad-request': {
    title: 'The request cannot be understood',
    statuses: [400],
    meaning: 'It is not HTTP/1.1, or two readers could take it for different requests.',
    action: 'Check the client, and the proxies on the way: a usual HTTP library does not send this.',
    retry: 'changed',
  },
  'not-found': {
    title: 'No such resource',
    statuses: [404],
    meaning: 'No route of this service has this path.',
    action: 'Compare the path with the API description at /docs.',
    retry: 'no',
  },
  'method-not-allowed': {
    title: 'The resource does not have this method',
    statuses: [405],
    meaning: 'The path exists, but not with this method.',
    action: 'Use one of the methods in the Allow header.',
    retry: 'changed',
  },
  'request-timeout': {
    title: 'The request took too long to arrive',
    statuses: [408],
    meaning:
      'Headers have ten seconds to arrive, the whole request thirty, and each part of a file five; the connection is closed.',
    action: 'Send the request again at once, on a new connection; look for what slows it down if it recurs.',
    retry: 'later',
  },
  'length-required': {
    title: 'The length of the file is missing',
    statuses: [411],
    meaning: 'A file is sent without Content-Length, so that the service cannot tell whether it is complete.',
    action: 'Send Content-Length with the number of bytes of the file, and the file not in chunks.',
    retry: 'changed',
  },
  'payload-too-large': {
    title: 'The request body is too large',
    statuses: [413],
    meaning: 'The body is longer than 64 kB, or a file than 100 MB; the rest of it was not read.',
    action: 'Send less: no request of this API needs that much, and no guest may send such a file.',
    retry: 'changed',
  },
  'uri-too-long': {
    title: 'The address is too long',
    statuses: [414],
    meaning: 'A part of the path is longer than any id.',
    action: 'Check what the path was built from.',
    retry: 'changed',
  },
  'unsupported-media-type': {
    title: 'The body is of a type that is not understood',
    statuses: [415],
    meaning:
      'The body is not application/json in UTF-8, or is compressed; a file has no media type, or is wrapped in a form.',
    action: 'Send content-type: application/json, or the media type of the file, and the body as it is.',
    retry: 'changed',
  },
  'headers-too-large': {
    title: 'The request headers are too large',
    statuses: [431],
    meaning: 'Request line and headers are longer than 16 kB together.',
    action: 'Leave out what is not needed, such as cookies of other sites.',
    retry: 'changed',
  },
} as const satisfies Record<string, ProblemType>;
