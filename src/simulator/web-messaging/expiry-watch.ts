import { TimerSet } from '../server/timer-set';
import { response } from './server-frame';
import { SessionRegistry } from './session-registry';

/** Tells guests that their session has expired, within a second of it. */
export class ExpiryWatch {
  constructor(
    private readonly book: SessionRegistry,
    private readonly everyMs: number,
  ) {}

  start(timers: TimerSet): void {
    timers.after(this.everyMs, () => {
      this.sweep();
      this.start(timers);
    });
  }

  sweep(): void {
    for (const session of this.book) {
      if (session.isOverdue) session.end('expired', response('SessionExpiredEvent', {}));
    }
  }
}
