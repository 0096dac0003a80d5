import { newGuestToken } from '../../src/session/domain/guest-token';
import { Session } from '../../src/session/domain/session';

const DURATION_SECONDS = 2700;

/** Makes active sessions as Genesys Cloud has accepted them, without storing them. */
export function activeSessions(count: number, channel: string): Session[] {
  return Array.from({ length: count }, () => {
    const now = Date.now();
    const session = Session.reserve(
      {
        guestToken: newGuestToken(),
        owner: '',
        channel,
        oauthClient: 'demo-client',
        queueId: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11',
        name: 'Guest',
        locale: 'en-US',
        capabilities: ['typing-indicator', 'read-receipts'],
        durationLimit: DURATION_SECONDS,
        disclosesGuestToken: false,
      },
      now,
    );
    session.activate(now);
    session.pullChanges();
    return session;
  });
}
