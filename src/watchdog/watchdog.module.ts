import { Module } from '@nestjs/common';
import { EventLoopWatchdog } from './event-loop-watchdog';
import { WatchdogTelemetry } from './watchdog.telemetry';

@Module({ providers: [EventLoopWatchdog, WatchdogTelemetry] })
export class WatchdogModule {}
