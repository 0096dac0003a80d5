import { TimerSet } from '../server/timer-set';
import { Disturbance } from './disturbance';
import { EventEnvelope } from './event-envelope';
import { LoggedEvent } from './event-log';
import { NotificationChannel } from './notification-channel';

/** Writes events to the sockets of channels, each frame subject to the disturbance. */
export class SocketSender {
  private timers = new TimerSet();

  constructor(private readonly disturbance: Disturbance) {}

  send(channel: NotificationChannel, envelope: EventEnvelope, entry: LoggedEvent): void {
    entry.subscribers += 1;
    const copies = this.disturbance.plan();
    if (copies.length === 0) entry.dropped += 1;
    for (const delayMs of copies) {
      const write = (): void => {
        if (channel.connection?.send({ ...envelope }) === true) entry.sent += 1;
        else entry.unconnected += 1;
      };
      if (delayMs > 0) this.timers.after(delayMs, write);
      else write();
    }
  }

  /** Drops the late frames. */
  reset(): void {
    this.timers.clear();
    this.timers = new TimerSet();
  }

  close(): void {
    this.timers.clear();
  }
}
