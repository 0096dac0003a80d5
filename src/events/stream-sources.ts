import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { EventIdSeal } from './event-id-seal';
import { EventTail } from './event-tail';
import { EventFeed } from './ports/event-feed';

/** The parts that all streams of this process share: the events, the ids that events have on the wire, and the time. */
@Injectable()
export class StreamSources {
  constructor(
    readonly feed: EventFeed,
    readonly tail: EventTail,
    readonly ids: EventIdSeal,
    readonly clock: Clock,
  ) {}
}
