import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock';
import { NotificationConnections } from './notification-connections';
import { NotificationQueue } from './notification-queue';
import { NotificationRequests } from './notification-requests';
import { NotificationsTelemetry } from './notifications.telemetry';

/** Dependencies of each channel. */
@Injectable()
export class NotificationServices {
  constructor(
    readonly requests: NotificationRequests,
    readonly connections: NotificationConnections,
    readonly events: NotificationQueue,
    readonly telemetry: NotificationsTelemetry,
    readonly clock: Clock,
  ) {}
}
