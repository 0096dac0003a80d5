import { Session } from './session';
import { aSession } from './session.builder';

const NOW = 1_800_000_000_000;
const LIMIT = NOW + 1_800_000;

const expiryOf = (session: Session): number | null => session.snapshot.upstreamExpiresAt;

function activated(upstreamExpiresAt: number): Session {
  const session = aSession();
  session.activate(NOW, { expiresAt: upstreamExpiresAt });
  return session;
}

describe(`${Session.name} and its expiry upstream`, () => {
  it('stores it from the activation on, if it is before the own limit', () => {
    const [sooner, later] = [activated(NOW + 60_000), activated(NOW + 86_400_000)];

    expect([expiryOf(sooner), expiryOf(later)]).toEqual([NOW + 60_000, null]);
    expect(sooner.snapshot.expiresAt).toBe(LIMIT);
  });

  it('moves it by more than a small difference, and clears it beyond the limit', () => {
    const session = activated(NOW + 60_000);

    expect(session.expiresUpstream(NOW + 69_000)).toBe(false);
    expect(session.expiresUpstream(NOW + 71_000)).toBe(true);
    expect(session.expiresUpstream(LIMIT)).toBe(true);
    expect(expiryOf(session)).toBeNull();
  });

  it.each(['connecting', 'terminated'] as const)('does not store it while the session is %s', (state) => {
    expect(aSession({ state }).expiresUpstream(NOW + 1)).toBe(false);
  });
});
