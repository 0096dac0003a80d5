import { type DetailEvent, platformEventOf } from './event-envelope';
import { eventKeyOf } from './event-key';

const AT = Date.UTC(2026, 5, 1, 12);
const BODY = { conversationId: 'c-1', participantId: 'p-1', eventTime: AT };

function eventOf(
  fields: object,
  receivedAt = AT + 500,
  suffix = 'user.end',
  extra: object = {},
): DetailEvent {
  const topicName = `v2.detail.events.conversation.{id}.${suffix}`;
  const event = platformEventOf({ topicName, eventBody: { ...BODY, ...fields }, ...extra }, receivedAt);
  if (event.kind !== 'detail') throw new Error(event.kind);
  return event;
}

describe(eventKeyOf.name, () => {
  it('is the same for a repetition, in any form and at any time', () => {
    const type = 'v2.detail.events.conversation.{id}.user.end';
    const detail = { topicName: 'v2.detail.events.conversation.c-1.user.end', eventBody: BODY };
    const forms = [
      platformEventOf({ 'detail-type': type, detail }, AT + 60_000),
      platformEventOf({ topicName: type, ...BODY, eventTime: String(AT) }, AT + 90_000),
    ].filter((event) => event.kind === 'detail');

    expect(forms.map(eventKeyOf)).toEqual([eventKeyOf(eventOf({})), eventKeyOf(eventOf({}))]);
  });

  it.each([
    ['conversation', eventOf({ conversationId: 'c-2' })],
    ['participant', eventOf({ participantId: 'p-2' })],
    ['time', eventOf({ eventTime: AT + 1 })],
    ['suffix', eventOf({}, AT, 'user.start')],
    ['absent participant', eventOf({ participantId: null })],
  ])('differs by the %s', (_field, other) => {
    expect(eventKeyOf(other)).not.toBe(eventKeyOf(eventOf({})));
  });

  it('does not depend on the time of receipt if no time is stated', () => {
    const [one, other] = [eventOf({ eventTime: 0 }, AT), eventOf({ eventTime: 0 }, AT + 60_000)];

    expect(eventKeyOf(one)).toBe(eventKeyOf(other));
  });

  it('has the time of the envelope if the event states none', () => {
    const stamped = (at: number): string =>
      eventKeyOf(eventOf({ eventTime: null }, AT, 'acw', { timestamp: new Date(at).toISOString() }));

    expect(stamped(AT)).not.toBe(stamped(AT + 1));
  });
});
