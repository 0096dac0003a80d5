import { type EventState, eventTypeOf, isAssignmentEvent, messageStateOf } from './session-event';

describe(eventTypeOf.name, () => {
  it.each([
    ['connected', 'session.connected'],
    ['terminated', 'session.terminated'],
    ['agent-joined', 'assignment.agent-joined'],
    ['message-received', 'message.received'],
    ['message-sent', 'message.sent'],
    ['test', 'session.test'],
  ] as [EventState, string][])('of %s is %s', (state, type) => {
    expect(eventTypeOf(state)).toBe(type);
  });
});

describe(messageStateOf.name, () => {
  it('depends on the side of the message', () => {
    expect(messageStateOf({ direction: 'inbound' })).toBe('message-sent');
    expect(messageStateOf({ direction: 'outbound' })).toBe('message-received');
    expect(isAssignmentEvent('message-sent')).toBe(false);
  });
});
