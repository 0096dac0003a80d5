import { Attachment } from './attachment';
import { AttachmentStore } from './attachment-store';
import { ConnectionLog } from './connection-log';
import { deploymentOf } from './deployment';
import { GuestSession } from './guest-session';
import { SessionRegistry } from './session-registry';
import { settingsOf } from './web-messaging-options';

const settings = settingsOf({}, () => 0);
const deployment = deploymentOf({});

function sessionOf(token: string): GuestSession {
  const session = new GuestSession(token, deployment, settings);
  session.begin();
  return session;
}

describe("the simulator's memory of guests is bounded", () => {
  it('to 50,000 sessions, with their conversations', () => {
    const registry = new SessionRegistry();
    const first = sessionOf('guest-0');
    registry.add(first);
    first.startConversation();
    registry.addConversation(first);
    for (let n = 1; n <= 50_000; n += 1) registry.add(sessionOf(`guest-${n}`));

    expect(registry.size).toBe(50_000);
    expect(registry.find('guest-0')).toBeUndefined();
    expect(registry.findByConversation(first.conversationId ?? '')).toBeUndefined();
    expect(registry.find('guest-1')).toBeDefined();
  });

  it('to 1,000 messages of a session, the newest', () => {
    const session = sessionOf('guest-1');
    for (let n = 0; n <= 1_000; n += 1) {
      session.keep(session.compose('Outbound', { type: 'Text', text: `${n}` }));
    }

    expect(session.messages).toHaveLength(1_000);
    expect(session.messages[0]?.content.text).toBe('1');
  });

  it('to the configured number of frames of a connection', () => {
    const log = new ConnectionLog(1, 0, 2);
    for (const frame of ['a', 'b', 'c']) log.send(frame, 0);
    const none = new ConnectionLog(1, 0, 0);
    none.send('a', 0);

    expect(log.sent.map(({ frame }) => frame)).toEqual(['b', 'c']);
    expect(none.sent).toEqual([]);
  });

  it('to 128 MB of files, the newest', () => {
    const store = new AttachmentStore();
    const file = { fileName: 'a.png', fileType: 'image/png', fileSize: 1 };
    const content = Buffer.alloc(50 * 1024 * 1024);
    for (const id of ['a', 'b', 'c']) {
      const attachment = new Attachment(id, 'guest-1', file, 'http://127.0.0.1', 1);
      store.add(attachment);
      store.fill(attachment, content);
    }

    expect(['a', 'b', 'c'].map((id) => store.find('guest-1', id) !== undefined)).toEqual([false, true, true]);
  });
});
