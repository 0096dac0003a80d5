import { type RequestedSession, SessionPolicy } from './session-policy';

type Opinion = (asked: RequestedSession, signal: AbortSignal) => void | Promise<void>;

/** A policy that records its calls, and allows every session unless the test changes that. */
export class FakeSessionPolicy extends SessionPolicy {
  readonly asked: RequestedSession[] = [];

  constructor(
    readonly name = 'fake',
    private readonly opinion: Opinion = () => undefined,
  ) {
    super();
  }

  check(asked: RequestedSession, signal: AbortSignal): void | Promise<void> {
    this.asked.push(asked);
    return this.opinion(asked, signal);
  }
}
