const DETAIL_NAMES = {
  endpoint: 'ENDPOINT',
  'endpoint.dnd': 'DND_ENDPOINT',
  client: 'CLIENT',
  system: 'SYSTEM',
  transfer: 'TRANSFER',
  'transfer.conference': 'CONFERENCE_TRANSFER',
  'transfer.consult': 'CONSULT_TRANSFER',
  'transfer.forward': 'FORWARD_TRANSFER',
  'transfer.noanswer': 'NO_ANSWER_TRANSFER',
  'transfer.notavailable': 'NOT_AVAILABLE_TRANSFER',
  'transfer.dnd': 'DND_TRANSFER',
  timeout: 'TIMEOUT',
  'transport.failure': 'TRANSPORT_FAILURE',
  error: 'ERROR',
  peer: 'PEER',
  other: 'OTHER',
  spam: 'SPAM',
  uncallable: 'UNCALLABLE',
  inactivity: 'INACTIVITY',
  'session.expired': 'SESSION_EXPIRED',
  takeover: 'TAKEOVER',
} as const;

/** Reason for the end of a participant's communication, in the spelling of notification topics. */
export type DisconnectType = keyof typeof DETAIL_NAMES;

/** Letters of disconnect types in analytics. */
export type AnalyticsLetters = 'camel' | 'upper';

export function isDisconnectType(value: unknown): value is DisconnectType {
  return typeof value === 'string' && Object.hasOwn(DETAIL_NAMES, value);
}

/** The REST API spells out "do not disturb", which topics abbreviate. */
export function restSpelling(type: DisconnectType): string {
  return type.replace(/\.dnd$/, '.donotdisturb');
}

/** The spelling of detail events. */
export function detailSpelling(type: DisconnectType): string {
  return DETAIL_NAMES[type];
}

/** Analytics spells types in camel case, by its schema; `upper` is the spelling of detail events. */
export function analyticsSpelling(type: DisconnectType, letters: AnalyticsLetters): string {
  const name = DETAIL_NAMES[type];
  if (letters === 'upper') return name;
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}
