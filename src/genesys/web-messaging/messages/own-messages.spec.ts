import { guestMessageOf, type GuestMessage } from '../frames/guest-message';
import { OwnMessages } from './own-messages';

const SENT_AT = Date.parse('2027-01-15T08:00:00.000Z');

function guestMessage(id: string, fields: object = {}, at = SENT_AT): GuestMessage {
  const channel = { time: new Date(at).toISOString() };
  return guestMessageOf({ id, type: 'Text', text: 'yes', direction: 'Inbound', channel, ...fields });
}

let own: OwnMessages;

function referencesIn(history: readonly GuestMessage[]): readonly (string | undefined)[] {
  return own.recognise(history).map(({ metadata }) => metadata['id']);
}

beforeEach(() => {
  own = new OwnMessages();
});

describe(OwnMessages.name, () => {
  it('gives each message one reference, the newest first, and keeps to it', () => {
    own.sent('first', { text: 'yes' }, SENT_AT);
    own.sent('second', { text: 'yes' }, SENT_AT + 1);
    const history = [guestMessage('c'), guestMessage('b'), guestMessage('a')];

    expect(referencesIn(history)).toEqual(['second', 'first', undefined]);
    expect(referencesIn(history)).toEqual(['second', 'first', undefined]);
    expect(own.isUnsettled('first')).toBe(false);
  });

  it('leaves the reference that the history has kept', () => {
    own.sent('ours', { text: 'yes' }, SENT_AT);

    expect(referencesIn([guestMessage('a', { metadata: { id: 'kept' } })])).toEqual(['kept']);
  });

  it.each([
    ['a message of the agent', { direction: 'Outbound' }, SENT_AT],
    ['an event', { type: 'Event' }, SENT_AT],
    ['another text', { text: 'no' }, SENT_AT],
    ['a much older message', {}, SENT_AT - 30_001],
  ])('does not take %s for its own', (_what, fields, at) => {
    own.sent('ours', { text: 'yes' }, SENT_AT);

    expect(referencesIn([guestMessage('a', fields, at)])).toEqual([undefined]);
    expect(own.isUnsettled('ours')).toBe(true);
  });

  it('recognises neither a refused message nor an answer without a text', () => {
    own.sent('refused', { text: 'yes' }, SENT_AT);
    own.forget('refused');
    own.sent('picked', { text: '' }, SENT_AT);

    expect(referencesIn([guestMessage('b'), guestMessage('a', { text: '' })])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('holds no more than a hundred of either kind', () => {
    for (let number = 0; number <= 100; number += 1) own.sent(`r-${number}`, { text: 'x' }, SENT_AT);
    expect([own.isUnsettled('r-0'), own.isUnsettled('r-1')]).toEqual([false, true]);

    for (let number = 0; number <= 100; number += 1) own.settle(`r-${number}`, guestMessage(`id-${number}`));
    expect(referencesIn([guestMessage('id-1'), guestMessage('id-0')])).toEqual(['r-1', undefined]);
  });
});
