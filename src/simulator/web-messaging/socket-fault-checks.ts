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
} from '../faults/field-checks';
import { InvalidFaultError } from '../faults/invalid-fault.errors';
import { SocketFault, SocketFaultRule } from './socket-fault';

const CLOSE_CODES = [1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];

/** Close codes that an endpoint may send, and 1006, which stands for a broken connection. */
export const closeCode: Check = (value) =>
  CLOSE_CODES.includes(Number(value)) || wholeNumber(3000, 4999)(value) === undefined
    ? undefined
    : `must be one of ${CLOSE_CODES.join(', ')} or from 3000 to 4999`;

const object: Check = (value) => (isRecord(value) ? undefined : 'must be an object');
const texts: Check = (value) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? undefined
    : 'must be a list of strings';
const effect = optional(oneOf('before', 'after'));

const FAULT_FIELDS: Record<SocketFault['kind'], Fields> = {
  close: { code: closeCode, reason: optional(text), effect },
  silence: { effect },
  'no-answer': { effect },
  answer: { code: wholeNumber(1), class: optional(text), body: anything },
  drop: {},
  delay: { ms: wholeNumber(0) },
  reorder: {},
  duplicate: {},
  alter: { frame: optional(object), body: optional(object), without: optional(texts) },
  garbage: {},
  binary: {},
  huge: { bytes: optional(wholeNumber(2)) },
};

const MATCH_FIELDS: Fields = {
  token: optional(text),
  conversationId: optional(text),
  deploymentId: optional(text),
  action: optional(text),
  class: optional(text),
  bodyContains: optional(text),
};

const RULE_FIELDS: Fields = {
  match: anything,
  fault: anything,
  times: optional(wholeNumber(1)),
  after: optional(wholeNumber(0)),
};

const ON_REQUESTS: readonly string[] = ['close', 'silence', 'no-answer', 'answer'];

/** Returns whether the fault is played when a request arrives; the others are played when a frame is sent. */
export function isOnRequests(fault: SocketFault): boolean {
  return ON_REQUESTS.includes(fault.kind);
}

/** Accepts only valid faults; a match that the fault never reads is an error as well. */
export function parseSocketFaultRule(input: unknown): SocketFaultRule {
  const rule = checked('rule', input, RULE_FIELDS);
  const match = rule.match === undefined ? {} : checked('match', rule.match, MATCH_FIELDS);
  const { fault } = rule;
  const kind = isRecord(fault) ? fault.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(FAULT_FIELDS, kind)) {
    throw new InvalidFaultError(`fault.kind must be one of ${Object.keys(FAULT_FIELDS).join(', ')}`);
  }
  checked('fault', fault, { kind: anything, ...FAULT_FIELDS[kind as SocketFault['kind']] });
  const idle = ON_REQUESTS.includes(kind) ? 'class' : 'action';
  if (match[idle] !== undefined) throw new InvalidFaultError(`match.${idle} means nothing to ${kind}`);
  return input as SocketFaultRule;
}
