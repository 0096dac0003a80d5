import { type Fields, omitUndefined } from '../fields';
import { storableTextIn } from './field-readers';
import type { EndedBy } from '../../session/domain/platform-fact';

/** Disconnect types of a participant, in the order of the topics' schema. */
export const DISCONNECT_TYPES = [
  'endpoint',
  'endpoint-dnd',
  'client',
  'system',
  'transfer',
  'timeout',
  'transfer-conference',
  'transfer-consult',
  'transfer-forward',
  'transfer-no-answer',
  'transfer-not-available',
  'transfer-dnd',
  'transport-failure',
  'error',
  'peer',
  'other',
  'spam',
  'uncallable',
  'inactivity',
  'session-expired',
  'takeover',
  'unknown',
] as const;

export type DisconnectType = (typeof DISCONNECT_TYPES)[number];

/** A disconnect type and its spelling on the wire. `type` is absent for an unknown spelling. */
export interface Disconnect {
  readonly type?: DisconnectType;
  /** At most 64 characters. */
  readonly raw: string;
}

const MAX_LENGTH = 64;

/** Types by their letters. Detail events and analytics name the kind of a transfer first: `CONFERENCE_TRANSFER`. */
const BY_LETTERS: ReadonlyMap<string, DisconnectType> = new Map(
  DISCONNECT_TYPES.flatMap((type) => {
    const [first = '', ...others] = type.split('-');
    return [first + others.join(''), others.join('') + first].map((letters): [string, DisconnectType] => [
      letters,
      type,
    ]);
  }),
);

/**
 * Reads a disconnect type in any of the spellings that Genesys uses: `transfer.dnd` in topics, `transfer.donotdisturb` in
 * REST responses, `DND_TRANSFER` in detail events, and `dndTransfer` in analytics.
 */
export function disconnectTypeOf(raw: string): DisconnectType | undefined {
  const letters = raw
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .replace(/[._\s-]/g, '');
  return BY_LETTERS.get(letters.replace('donotdisturb', 'dnd'));
}

/** Reads a disconnect type; undefined without one. */
export function disconnectIn(fields: Fields, name: string): Disconnect | undefined {
  const raw = storableTextIn(fields, name, MAX_LENGTH);
  return raw === undefined ? undefined : { raw, ...omitUndefined({ type: disconnectTypeOf(raw) }) };
}

/** Whether a participant went because another one took its place. */
export function isTransfer(type: DisconnectType | undefined): boolean {
  return type !== undefined && (type.startsWith('transfer') || type === 'takeover');
}

/** Causes that either part states alone. */
const STATED: Partial<Record<DisconnectType, EndedBy>> = {
  spam: 'spam',
  inactivity: 'inactivity',
  timeout: 'inactivity',
  'session-expired': 'expired',
  system: 'platform',
  error: 'platform',
  'transport-failure': 'platform',
  uncallable: 'platform',
  client: 'agent',
};

/**
 * The party that ended a conversation, by the disconnect types of the customer's part and of the last agent that answered.
 * The customer's part decides; the agent's part is asked if the customer's type names no cause (`peer`, `other`, `unknown`,
 * none). An unknown cause is `platform`, and `peer` without a type of the agent is `agent`, because `customer.end` states
 * no agent. Undefined for a transfer of the customer's part, which ends nothing.
 *
 * Practitioners report for the platform's own display: the agent's `peer` beside the customer's `endpoint` is the customer,
 * the agent's `client` beside the customer's `peer` is the agent.
 */
export function endedByOf(customer?: DisconnectType, agent?: DisconnectType): EndedBy | undefined {
  if (isTransfer(customer)) return undefined;
  if (customer === 'spam' || agent === 'spam') return 'spam';
  if (customer === 'endpoint' || customer === 'endpoint-dnd') return 'customer';
  // A request of this service disconnects the customer's part as `client`, and the agent's part as `peer`.
  if (customer === 'client' && agent === 'peer') return 'customer';
  const stated = customer === undefined ? undefined : STATED[customer];
  return stated ?? endedByAgentsPart(agent, customer === 'peer');
}

function endedByAgentsPart(agent: DisconnectType | undefined, isPeer: boolean): EndedBy {
  if (agent === 'endpoint' || agent === 'endpoint-dnd') return 'agent';
  // Either part names the other one: neither of them ended the conversation.
  if (agent === 'peer') return isPeer ? 'platform' : 'customer';
  const stated = agent === undefined ? undefined : STATED[agent];
  return stated ?? (isPeer ? 'agent' : 'platform');
}
