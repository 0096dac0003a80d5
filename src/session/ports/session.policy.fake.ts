import { type RequestedSession, SessionPolicy } from './session.policy';

type Opinion = (asked: RequestedSession, signal: AbortSignal) => void | Promise<void>;

/** A policy that keeps what it was asked, and allows everything unless the test says otherwise. */
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
