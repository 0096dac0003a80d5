import { RedirectFault, StatusFault } from '../fault';
import { Answer } from '../server/answer';

const HTML = '<!doctype html><html><body><h1>It works!</h1></body></html>\n';

/** A placeholder for the real answer, long enough to be truncated or sent slowly. */
export const FILLER_ANSWER: Answer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ note: 'This answer is part of a simulated fault. '.repeat(6) }),
};

export const GARBAGE_ANSWER: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: HTML,
};

export const EMPTY_ANSWER: Answer = { status: 200, headers: {}, body: '' };

/** Has every field that a client is likely to read, each with an unexpected type. */
export const WRONG_TYPES_ANSWER: Answer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    access_token: { value: 1 },
    token_type: 7,
    expires_in: 'soon',
    id: 42,
    state: ['connected'],
    createdTime: false,
    participants: 'none',
    ok: 'perhaps',
  }),
};

/** The service's usual failure, with the fault's overrides. */
export function statusAnswer(fault: StatusFault, usual: Answer): Answer {
  const headers: Record<string, string> = { ...usual.headers };
  if (fault.retryAfter !== undefined) headers['retry-after'] = String(fault.retryAfter);
  const body = bodyOf(fault, usual);
  if (fault.body !== undefined && !/^\s*[[{"]/.test(body)) headers['content-type'] = 'text/plain';
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers[name.toLowerCase()] = value;
  return { status: fault.status, headers, body };
}

export function redirectAnswer({ status = 302, location }: RedirectFault): Answer {
  return { status, headers: { location }, body: '' };
}

function bodyOf(fault: StatusFault, usual: Answer): string {
  if (fault.body === undefined) return usual.body;
  return typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
}
