import { activitiesOf } from './conversation-activity';
import { guestMessageOf } from '../frames/guest-message';

const NOW = Date.parse('2027-01-15T08:00:00Z');

function activities(events: readonly unknown[], more: object = {}, sentAt = NOW): unknown {
  const time = new Date(sentAt).toISOString();
  const body = { id: 'e', type: 'Event', direction: 'Outbound', channel: { time }, events, ...more };
  return activitiesOf(guestMessageOf(body), NOW);
}

const presence = (type: string): object => ({ eventType: 'Presence', presence: { type } });
const FACTS = { id: 'e', direction: 'outbound', sentAt: '2027-01-15T08:00:00.000Z' };

describe(activitiesOf.name, () => {
  it('reports an end by the agent, and whether the session ends with it', () => {
    const readOnly = { metadata: { readOnly: 'true' } };
    expect(activities([presence('Disconnect')])).toEqual([
      { ...FACTS, type: 'agent-ended', isReadOnly: false },
    ]);
    expect(activities([presence('Disconnect')], readOnly)).toEqual([
      { ...FACTS, type: 'agent-ended', isReadOnly: true },
    ]);
    expect(activities([presence('Disconnect')], { direction: 'Inbound' })).toMatchObject([
      { type: 'disconnected', direction: 'inbound' },
    ]);
  });

  it.each([
    ['Join', 'joined'],
    ['SignIn', 'signed-in'],
    ['Clear', 'cleared'],
    ['SessionExpired', 'session-expired'],
    ['Authenticate', 'login-asked'],
    ['AuthenticateCancel', 'login-cancelled'],
    ['AuthenticateFailure', 'login-failed'],
  ])('reports %s as %s', (type, told) => {
    const from = { firstName: 'Jane', lastName: 'Doe' };
    const channel = { time: '2027-01-15T08:00:00.000Z', from };
    expect(activities([presence(type)], { direction: 'Inbound', channel })).toEqual([
      { ...FACTS, type: told, direction: 'inbound' },
    ]);
  });

  it.each([
    ['CoBrowse', 'coBrowse', 'co-browse'],
    ['Video', 'video', 'video'],
  ])('reports the offer of %s, without its credentials', (eventType, name, type) => {
    const secrets = { sessionId: 's', sessionJoinToken: 'secret', offeringId: 'o', jwt: 'secret' };
    const states = ['Offering', 'OfferingAccepted', 'OfferingExpired', 'OfferingRejected', '<b>'];
    const events = states.map((state) => ({ eventType, [name]: { type: state, ...secrets } }));

    const offers = ['offered', 'accepted', 'expired', 'rejected', 'other'];
    expect(activities(events)).toEqual(offers.map((offer) => ({ ...FACTS, type, offer })));
  });

  it('reports known reactions, 20 at most', () => {
    const reactions = [{ reactionType: 'Like', count: 2 }, { reactionType: 'any text' }];
    const many = Array.from({ length: 30 }, () => reactions).flat();

    expect(activities([{ eventType: 'Reactions', reactions }])).toEqual([
      {
        ...FACTS,
        type: 'reactions',
        reactions: [
          { reaction: 'like', count: 2 },
          { reaction: 'other', count: 1 },
        ],
      },
    ]);
    const [one] = activities([{ eventType: 'Reactions', reactions: many }]) as [{ reactions: unknown[] }];
    expect(one.reactions).toHaveLength(20);
  });

  it('reports every event of a frame, 20 at most, but neither typing nor unknown ones', () => {
    const typing = { eventType: 'Typing', typing: { type: 'On' } };
    const events = [typing, { eventType: 'New', new: { text: 'x' } }, presence('New'), presence('Join')];

    expect(activities(events)).toMatchObject([{ type: 'joined' }]);
    expect(activities(Array.from({ length: 50 }, () => presence('Join')))).toHaveLength(20);
  });

  it('leaves out old events of the history', () => {
    expect(activities([presence('Join')], {}, NOW - 300_001)).toEqual([]);
    expect(activities([presence('Join')], {}, NOW - 299_999)).toHaveLength(1);
    expect(activities([presence('Join')], { channel: {} })).toMatchObject([{ sentAt: FACTS.sentAt }]);
  });
});
