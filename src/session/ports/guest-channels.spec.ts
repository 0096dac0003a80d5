import { FakeGuestChannel } from './guest-channel.fake';
import { GuestChannels } from './guest-channels';

describe(GuestChannels.name, () => {
  it('keeps channels in the order in which they came, by name', () => {
    const channels = new GuestChannels([new FakeGuestChannel('rest')]);
    const sms = new FakeGuestChannel('sms-2');
    channels.add(sms);

    expect(channels.names).toEqual(['rest', 'sms-2']);
    expect(channels.get('sms-2')).toBe(sms);
    expect(() => channels.get('fax')).toThrow('No channel is called fax');
  });

  it('tells every channel that a conversation is held no longer', () => {
    const [first, second] = [new FakeGuestChannel('a'), new FakeGuestChannel('b')];

    new GuestChannels([first, second]).leave('conversation');

    expect([first.left, second.left]).toEqual([['conversation'], ['conversation']]);
  });

  it('refuses a name that is taken', () => {
    const channels = new GuestChannels([new FakeGuestChannel('sms')]);

    expect(() => {
      channels.add(new FakeGuestChannel('sms'));
    }).toThrow('two guest channels named "sms"');
  });

  it.each(['', 'SMS', '1st', 'a.b', 'a/b', 'a b', 'a'.repeat(41)])('refuses the name "%s"', (name) => {
    expect(() => new GuestChannels([new FakeGuestChannel(name)])).toThrow('cannot be the name');
  });
});
