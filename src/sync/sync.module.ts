import { Module } from '@nestjs/common';
import { OutboxRelay } from './outbox.relay';
import { SyncTelemetry } from './sync.telemetry';

/** Needs an `OutboxStore`, the `EventSinks` and the `OutboxBell` from the composition root. */
@Module({ providers: [OutboxRelay, SyncTelemetry] })
export class SyncModule {}
