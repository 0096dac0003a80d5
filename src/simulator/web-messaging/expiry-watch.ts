import { TimerSet } from '../server/timer-set';
import { response } from './server-frame';
import { SessionRegistry } from './session-registry';

/** Notifies guests of the expiry of their session, within a second. */
export class ExpiryWatch {
  constructor(
    private readonly registry: SessionRegistry,
    private readonly everyMs: number,
  ) {}

  start(timers: TimerSet): void {
    timers.after(this.everyMs, () => {
      this.sweep();
      this.start(timers);
    });
  }

  sweep(): void {
    for (const session of this.registry) {
      if (session.isOverdue) session.end('expired', response('SessionExpiredEvent', {}));
    }
  }
}
