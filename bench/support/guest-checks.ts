import type { CrmEvent, UpstreamGuest, GuestCounts } from '../children/guest-simulators';
import type { Guest, GuestCrowd, ListedMessage } from './guest-crowd';

/** A check after a soak, with its finding. */
export interface Check {
  readonly what: string;
  readonly found: string;
  readonly holds: boolean;
}

/** All messages and their results on both sides. */
export interface GuestRecords {
  readonly upstream: ReadonlyMap<string, UpstreamGuest>;
  readonly listed: ReadonlyMap<string, readonly ListedMessage[]>;
  /** Agents' messages, by token. */
  readonly fromAgents: ReadonlyMap<string, readonly string[]>;
}

const ECHO_COOL_DOWN_MS = 30_000;

export function checkSessions(
  wanted: number,
  crowd: GuestCrowd,
  active: ReadonlySet<string>,
  records: GuestRecords,
): Check[] {
  const { guests } = crowd;
  const inactive = guests.filter(({ id }) => !active.has(id)).length;
  const restarted = count(guests, ({ token }) => records.upstream.get(token)?.sessions !== 1);
  const disconnected = count(guests, ({ token }) => records.upstream.get(token)?.connections !== 1);
  const refusals = [...crowd.refusals].map(([answer, times]) => `${times} x ${answer}`).join(', ');
  return [
    none('sessions that were not opened', wanted - guests.length, refusals),
    none('sessions that were lost', inactive),
    none('sessions that were started again upstream', restarted),
    none('sessions without exactly one connection', disconnected),
  ];
}

export function checkMessages(crowd: GuestCrowd, records: GuestRecords): Check[] {
  const { guests, spoken } = crowd;
  const said = guests.reduce((sum, guest) => sum + heldOf(guest, records).length, 0);
  const agents = [...records.fromAgents.values()].reduce((sum, texts) => sum + texts.length, 0);
  const unacknowledged = count(spoken, ({ isAcknowledged }) => !isAcknowledged);
  const differing = count(guests, (guest) => !isSameList(guest, records));
  return [
    none(
      "guests' messages that were not acknowledged",
      unacknowledged,
      `of ${spoken.length}, ${crowd.repeats} repeats`,
    ),
    none('messages lost or repeated upstream', wrongUpstream(crowd, records), `of ${said}`),
    none(
      'messages that the service does not list',
      missing(guests, records),
      `of ${said}, ${agents} of agents`,
    ),
    none('messages that the service lists repeatedly', surplus(guests, records)),
    none('conversations in another order or with other texts', differing, `of ${guests.length}`),
  ];
}

export function checkLimits(records: GuestRecords, { refused, echoes }: GuestCounts): Check[] {
  const gaps = [...records.upstream.values()].map(({ shortestEchoGapMs }) => shortestEchoGapMs ?? Infinity);
  const shortest = gaps.reduce((one, other) => Math.min(one, other), Infinity);
  const refusals = Object.values(refused).reduce((sum, times) => sum + times, 0);
  return [
    {
      what: 'shortest time between two echoes on a connection, in ms',
      found: `${shortest} (${echoes} echoes)`,
      holds: shortest >= ECHO_COOL_DOWN_MS,
    },
    none('requests and connections beyond a limit', refusals, JSON.stringify(refused)),
  ];
}

export function checkEnd({ guests }: GuestCrowd, ended: number, crmEvents: readonly CrmEvent[]): Check[] {
  const states = new Map<string, string[]>();
  for (const { conversationId, state } of crmEvents)
    states.set(conversationId, [...(states.get(conversationId) ?? []), state]);
  const wrong = count(guests, ({ id }) => states.get(id)?.join() !== 'connected,terminated');
  return [
    none('sessions that did not end at once', guests.length - ended),
    none('sessions with CRM events other than connected, terminated', wrong, `of ${guests.length}`),
  ];
}

function none(what: string, number: number, remark = ''): Check {
  return { what, found: remark === '' ? `${number}` : `${number} (${remark})`, holds: number === 0 };
}

function count<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length;
}

function heldOf({ token }: Guest, { upstream }: GuestRecords): UpstreamGuest['messages'] {
  return upstream.get(token)?.messages ?? [];
}

function listedOf({ id }: Guest, { listed }: GuestRecords): readonly ListedMessage[] {
  return listed.get(id) ?? [];
}

/** Counts the texts that are missing upstream or were not sent; every text is unique. */
function wrongUpstream({ guests, spoken }: GuestCrowd, records: GuestRecords): number {
  const bySpeaker = new Map<string, string[]>();
  for (const { id, text } of spoken) bySpeaker.set(id, [...(bySpeaker.get(id) ?? []), text]);
  return guests.reduce((sum, guest) => {
    const said = [...(bySpeaker.get(guest.id) ?? []), ...(records.fromAgents.get(guest.token) ?? [])];
    const held = heldOf(guest, records).map(({ text }) => text ?? '');
    return sum + differenceOf(said, held) + differenceOf(held, said);
  }, 0);
}

function missing(guests: readonly Guest[], records: GuestRecords): number {
  return guests.reduce(
    (sum, guest) => sum + differenceOf(idsOf(heldOf(guest, records)), idsOf(listedOf(guest, records))),
    0,
  );
}

function surplus(guests: readonly Guest[], records: GuestRecords): number {
  return guests.reduce(
    (sum, guest) => sum + differenceOf(idsOf(listedOf(guest, records)), idsOf(heldOf(guest, records))),
    0,
  );
}

function isSameList(guest: Guest, records: GuestRecords): boolean {
  const lines = (messages: readonly { id: string; text?: string | undefined }[]): string =>
    messages.map(({ id, text }) => `${id} ${text ?? ''}`).join('\n');
  return lines(heldOf(guest, records)) === lines(listedOf(guest, records));
}

function idsOf(messages: readonly { readonly id: string }[]): string[] {
  return messages.map(({ id }) => id);
}

/** Returns how many of `these` have no counterpart in `those`, repeats included. */
function differenceOf(these: readonly string[], those: readonly string[]): number {
  const left = new Map<string, number>();
  for (const one of those) left.set(one, (left.get(one) ?? 0) + 1);
  return count(these, (one) => {
    const rest = left.get(one) ?? 0;
    left.set(one, rest - 1);
    return rest <= 0;
  });
}
