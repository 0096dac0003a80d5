import { Global, Module } from '@nestjs/common';
import { CommitSignal } from './commit-signal';
import { Drain } from './lifecycle/drain';
import { InFlightRequests } from './lifecycle/in-flight-requests';
import { NameResolver } from './names/name-resolver';
import { PoisonMessageReporter } from './poison/poison-message-reporter';
import { Clock } from './time/clock';
import { SystemClock } from './time/system-clock';

/** Clock, commit signal, process state, resolver of host names and report of poison messages, for every module. */
@Global()
@Module({
  providers: [
    SystemClock,
    { provide: Clock, useExisting: SystemClock },
    CommitSignal,
    Drain,
    InFlightRequests,
    PoisonMessageReporter,
    { provide: NameResolver, useFactory: () => new NameResolver() },
  ],
  exports: [SystemClock, Clock, CommitSignal, Drain, InFlightRequests, PoisonMessageReporter, NameResolver],
})
export class CommonModule {}
