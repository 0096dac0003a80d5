import type { CrmNote, GuestBook, GuestCounts } from '../children/guest-simulators';
import type { Guest, GuestCrowd, ListedMessage } from './guest-crowd';

/** A check after a soak, with its finding. */
export interface Check {
  readonly what: string;
  readonly found: string;
  readonly holds: boolean;
}

/** All messages and their results on both sides. */
export interface Books {
  readonly upstream: ReadonlyMap<string, GuestBook>;
  readonly listed: ReadonlyMap<string, readonly ListedMessage[]>;
  /** Agents' messages, by token. */
  readonly fromAgents: ReadonlyMap<string, readonly string[]>;
}

const ECHO_COOL_DOWN_MS = 30_000;

export function checkSessions(
  wanted: number,
  crowd: GuestCrowd,
  active: ReadonlySet<string>,
  books: Books,
): Check[] {
  const { guests } = crowd;
  const inactive = guests.filter(({ id }) => !active.has(id)).length;
  const anew = count(guests, ({ token }) => books.upstream.get(token)?.sessions !== 1);
  const deaf = count(guests, ({ token }) => books.upstream.get(token)?.connections !== 1);
  const refusals = [...crowd.refusals].map(([answer, times]) => `${times} x ${answer}`).join(', ');
  return [
    none('sessions that were not opened', wanted - guests.length, refusals),
    none('sessions that were lost', inactive),
    none('sessions that were begun anew upstream', anew),
    none('sessions without exactly one connection', deaf),
  ];
}

export function checkMessages(crowd: GuestCrowd, books: Books): Check[] {
  const { guests, spoken } = crowd;
  const said = guests.reduce((sum, guest) => sum + heldOf(guest, books).length, 0);
  const agents = [...books.fromAgents.values()].reduce((sum, texts) => sum + texts.length, 0);
  const unacknowledged = count(spoken, ({ isAcknowledged }) => !isAcknowledged);
  const differing = count(guests, (guest) => !isSameList(guest, books));
  return [
    none(
      "guests' messages that were not acknowledged",
      unacknowledged,
      `of ${spoken.length}, ${crowd.repeats} repeats`,
    ),
    none('messages lost or doubled on the way upstream', wrongUpstream(crowd, books), `of ${said}`),
    none(
      'messages that the service does not list',
      missing(guests, books),
      `of ${said}, ${agents} of agents`,
    ),
    none('messages that the service lists too often', surplus(guests, books)),
    none('conversations in another order or with other texts', differing, `of ${guests.length}`),
  ];
}

export function checkLimits(books: Books, { refused, echoes }: GuestCounts): Check[] {
  const gaps = [...books.upstream.values()].map(({ shortestEchoGapMs }) => shortestEchoGapMs ?? Infinity);
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

export function checkEnd({ guests }: GuestCrowd, ended: number, notes: readonly CrmNote[]): Check[] {
  const states = new Map<string, string[]>();
  for (const { conversationId, state } of notes)
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

function heldOf({ token }: Guest, { upstream }: Books): GuestBook['messages'] {
  return upstream.get(token)?.messages ?? [];
}

function listedOf({ id }: Guest, { listed }: Books): readonly ListedMessage[] {
  return listed.get(id) ?? [];
}

/** Counts the texts that are missing upstream or were not sent; every text is unique. */
function wrongUpstream({ guests, spoken }: GuestCrowd, books: Books): number {
  const bySpeaker = new Map<string, string[]>();
  for (const { id, text } of spoken) bySpeaker.set(id, [...(bySpeaker.get(id) ?? []), text]);
  return guests.reduce((sum, guest) => {
    const said = [...(bySpeaker.get(guest.id) ?? []), ...(books.fromAgents.get(guest.token) ?? [])];
    const held = heldOf(guest, books).map(({ text }) => text ?? '');
    return sum + differenceOf(said, held) + differenceOf(held, said);
  }, 0);
}

function missing(guests: readonly Guest[], books: Books): number {
  return guests.reduce(
    (sum, guest) => sum + differenceOf(idsOf(heldOf(guest, books)), idsOf(listedOf(guest, books))),
    0,
  );
}

function surplus(guests: readonly Guest[], books: Books): number {
  return guests.reduce(
    (sum, guest) => sum + differenceOf(idsOf(listedOf(guest, books)), idsOf(heldOf(guest, books))),
    0,
  );
}

function isSameList(guest: Guest, books: Books): boolean {
  const lines = (messages: readonly { id: string; text?: string | undefined }[]): string =>
    messages.map(({ id, text }) => `${id} ${text ?? ''}`).join('\n');
  return lines(heldOf(guest, books)) === lines(listedOf(guest, books));
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
