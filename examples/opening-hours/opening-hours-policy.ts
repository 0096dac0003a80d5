import { Injectable } from '@nestjs/common';
import { Clock } from '../../src/common/time/clock';
import { SessionRefusedError } from '../../src/session/domain/session.errors';
import { type RequestedSession, SessionPolicy } from '../../src/session/ports/session-policy';
import { OpeningHoursConfig } from './opening-hours.config';

/** Allows sessions during the opening hours of their queue. Open sessions stay open when the queue closes. */
@Injectable()
export class OpeningHoursPolicy extends SessionPolicy {
  readonly name = 'opening-hours';
  private readonly wall: Intl.DateTimeFormat;

  constructor(
    private readonly config: OpeningHoursConfig,
    private readonly clock: Clock,
  ) {
    super();
    this.wall = new Intl.DateTimeFormat('en-US', {
      timeZone: config.timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  }

  check({ queueId }: RequestedSession): void {
    const hours = this.config.hoursOf(queueId);
    const { day, minute } = this.now();
    if (hours.includes(day, minute)) return;
    const detail = `The queue is not open at this time. Its hours: ${hours.text} (${this.config.timeZone}).`;
    throw new SessionRefusedError(this.name, 'closed', detail);
  }

  /** Formats local time; `Intl` handles daylight saving time. */
  private now(): { day: string; minute: number } {
    const parts = this.wall.formatToParts(this.clock.now());
    const { weekday = '', hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
    return { day: weekday, minute: Number(hour) * 60 + Number(minute) };
  }
}
