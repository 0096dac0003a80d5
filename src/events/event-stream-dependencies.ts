import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { EventIdCipher } from './event-id-cipher';
import { EventTail } from './event-tail';
import { EventFeed } from './ports/event-feed';

/** The dependencies that all streams of this process share. */
@Injectable()
export class EventStreamDependencies {
  constructor(
    readonly feed: EventFeed,
    readonly tail: EventTail,
    readonly ids: EventIdCipher,
    readonly clock: Clock,
  ) {}
}
