import { validateHeaderName, validateHeaderValue } from 'node:http';
import { FaultKind, FaultRule } from '../fault';
import {
  anything,
  Check,
  checked,
  Fields,
  isRecord,
  oneOf,
  optional,
  text,
  wholeNumber,
} from './field-checks';
import { InvalidFaultError } from './invalid-fault.errors';

const pattern: Check = (value) => {
  if (value instanceof RegExp) return undefined;
  if (typeof value !== 'string') return 'must be the source of a regular expression';
  return attempt(() => new RegExp(value));
};

const headerValue: Check = (value) => {
  if (typeof value !== 'string' && typeof value !== 'number') return 'must be a string or a number';
  return attempt(() => {
    validateHeaderValue('x', String(value));
  });
};

const headers: Check = (value) => {
  if (!isRecord(value)) return 'must be an object of strings';
  return attempt(() => {
    for (const [name, content] of Object.entries(value)) {
      validateHeaderName(name);
      if (typeof content !== 'string') throw new TypeError(`${name} must be a string`);
      validateHeaderValue(name, content);
    }
  });
};

const effect = optional(oneOf('before', 'after'));
const plain: Fields = { effect };
const flood: Fields = { bytes: wholeNumber(2), status: optional(wholeNumber(200, 599)), effect };

const FAULT_FIELDS: Record<FaultKind, Fields> = {
  status: {
    status: wholeNumber(200, 599),
    headers: optional(headers),
    body: anything,
    retryAfter: optional(headerValue),
    effect,
  },
  delay: { ms: wholeNumber(0), effect },
  trickle: { bytesPerSecond: optional(wholeNumber(1)), effect },
  redirect: { location: headerValue, status: optional(wholeNumber(300, 399)), effect },
  huge: flood,
  'gzip-bomb': flood,
  'black-hole': {},
  'hang-before-headers': plain,
  'hang-after-headers': plain,
  informational: plain,
  'hang-up': plain,
  'not-http': plain,
  reset: plain,
  'reset-mid-body': plain,
  garbage: plain,
  empty: plain,
  'truncated-json': plain,
  'wrong-types': plain,
};

const MATCH_FIELDS: Fields = {
  method: optional(text),
  path: optional(pattern),
  bodyContains: optional(text),
  client: optional(text),
  conversationId: optional(text),
};

const RULE_FIELDS: Fields = {
  match: anything,
  fault: anything,
  times: optional(wholeNumber(1)),
  after: optional(wholeNumber(0)),
};

/** Accepts only valid faults, so that a mistyped field is an error at once and not a fault that is never played. */
export function parseFaultRule(input: unknown): FaultRule {
  const rule = checked('rule', input, RULE_FIELDS);
  if (rule.match !== undefined) checked('match', rule.match, MATCH_FIELDS);
  const fault = rule.fault;
  const kind = isRecord(fault) ? fault.kind : undefined;
  if (!isKind(kind)) {
    throw new InvalidFaultError(`fault.kind must be one of ${Object.keys(FAULT_FIELDS).join(', ')}`);
  }
  checked('fault', fault, { kind: anything, ...FAULT_FIELDS[kind] });
  return input as FaultRule;
}

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && Object.hasOwn(FAULT_FIELDS, kind);
}

function attempt(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
