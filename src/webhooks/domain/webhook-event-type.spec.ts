import { EVENT_TYPES, hasMessages, isSubscribed, SUBSCRIBABLE_TYPES } from './webhook-event-type';

describe(isSubscribed.name, () => {
  it.each([
    [['session.*'], 'session.connected', true],
    [['session.*'], 'session.expiring', true],
    [['session.connected'], 'session.connected', true],
    [['session.connected'], 'session.terminated', false],
    [['assignment.*'], 'assignment.agent-joined', true],
    [['assignment.*'], 'session.connected', false],
    [['message.sent'], 'message.received', false],
    [[], 'session.connected', false],
  ])('decides by type and family: %p, %s', (types, type, expected) => {
    expect(isSubscribed(types, type)).toBe(expected);
  });
});

describe('the types of events', () => {
  it('are the ones that the page for receivers lists', () => {
    expect(EVENT_TYPES).toEqual([
      'session.connected',
      'session.terminating',
      'session.terminated',
      'session.disconnected',
      'session.failed',
      'session.expiring',
      'assignment.waiting',
      'assignment.bot',
      'assignment.agent-joined',
      'assignment.agent-left',
      'assignment.transferred',
      'assignment.wrapped-up',
      'message.received',
      'message.sent',
    ]);
    expect(SUBSCRIBABLE_TYPES).toEqual(['session.*', 'assignment.*', 'message.*', ...EVENT_TYPES]);
  });

  it('tell whether messages are among them', () => {
    expect(hasMessages(['session.*', 'message.*'])).toBe(true);
    expect(hasMessages(['message.sent'])).toBe(true);
    expect(hasMessages(['session.*', 'assignment.*'])).toBe(false);
  });
});
