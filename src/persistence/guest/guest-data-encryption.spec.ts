import { RecordingLog } from '../../audit/recording-log.fake';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import { newDataKey, dataKeyOf } from '../../config/data-key-list';
import { aMessageEvent } from '../../events/domain/feed-event.builder';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { aSession, anActiveSession } from '../../session/domain/session.builder';
import type { SessionEvent } from '../../session/domain/session-event';
import { DataCipher } from './data-cipher';
import { GuestDataEncryption } from './guest-data-encryption';
import { toEvent, toEventRow, toRow, toSession } from '../session/session.mapper';

const key = dataKeyOf(newDataKey('k1'));
if (key === undefined) throw new Error('There is no key.');
const encryption = new GuestDataEncryption(new DataCipher([key]), new PoisonMessageReporter());

const { snapshot } = aSession({ name: 'Ada Lovelace', guestToken: 'jwt_00000000000000000000000000000001' });

function eventOf(disclosesGuestToken: boolean): SessionEvent {
  const session = anActiveSession({ disclosesGuestToken });
  session.lose('gone', 1_000);
  const [event] = session.pullChanges().events;
  if (event === undefined) throw new Error('There is no event.');
  return event;
}

let log: RecordingLog;

beforeEach(() => {
  log = RecordingLog.install();
});

describe(GuestDataEncryption.name, () => {
  it('encrypts the name and the token of a session, and no other column', () => {
    const row = toRow(snapshot);
    const encrypted = encryption.encryptSession(row);

    expect(encrypted).toEqual({
      ...row,
      name: expect.stringMatching(/^enc:k1:/) as string,
      guest_token: expect.stringMatching(/^enc:k1:/) as string,
    });
    expect(toSession(encryption.decryptSession(encrypted)).snapshot).toEqual(snapshot);
  });

  it('encrypts the guest context of the opening', () => {
    const guestContext = { customAttributes: { order: '4711' }, journeyContext: { customerId: 'c-1' } };
    const told = aSession({ guestContext }).snapshot;
    const encrypted = encryption.encryptSession(toRow(told));

    expect(encrypted.guest_context).toMatch(/^enc:k1:[\w-]+$/);
    expect(toSession(encryption.decryptSession(encrypted)).snapshot).toEqual(told);
    expect(
      toSession(encryption.decryptSession({ ...encrypted, guest_context: encrypted.name })).snapshot,
    ).not.toHaveProperty('guestContext');
  });

  it('returns plain and erased values as they are', () => {
    const erased = { ...toRow(snapshot), name: '', guest_token: '', erased_at: 5 };

    expect(encryption.decryptSession(toRow(snapshot))).toEqual(toRow(snapshot));
    expect(encryption.decryptSession(erased)).toEqual(erased);
  });

  it('refuses the name of another session, and a name in the column of the token', () => {
    const encrypted = encryption.encryptSession(toRow(snapshot));
    const other = encryption.encryptSession(toRow(aSession().snapshot));

    for (const moved of [{ name: other.name }, { guest_token: encrypted.name }])
      expect(encryption.decryptSession({ ...encrypted, ...moved })).toMatchObject({
        name: '',
        guest_token: '',
      });
    expect(log.at('error')).toEqual([
      expect.objectContaining({
        message: 'Poison message set aside',
        conversationId: encrypted.conversation_id,
      }),
    ]);
  });

  it('encrypts the metadata of an event only if they hold the token', () => {
    const disclosing = toEventRow(eventOf(true));
    const discreet = toEventRow(eventOf(false));
    const encrypted = encryption.encryptEvent(disclosing);

    expect(disclosing.metadata).toContain('jwt_');
    expect(encrypted).toEqual({
      ...disclosing,
      metadata: expect.stringMatching(/^enc:k1:[\w-]+$/) as string,
    });
    expect(encryption.decryptEvent(encrypted)).toEqual(disclosing);
    expect(encryption.encryptEvent(discreet)).toEqual(discreet);
    expect(encryption.decryptEvent(discreet)).toEqual(discreet);
  });

  it('encrypts the metadata of an event about a message', () => {
    const message = aMessageEvent(1).body as ConversationMessage;
    const event: SessionEvent = { ...eventOf(false), state: 'message-received', message };
    const encrypted = encryption.encryptEvent(toEventRow(event));

    expect(encrypted.metadata).toMatch(/^enc:k1:[\w-]+$/);
    expect(toEvent(encryption.decryptEvent(encrypted))).toEqual(event);
  });
});
