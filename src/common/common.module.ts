import { Global, Module } from '@nestjs/common';
import { Drain } from './lifecycle/drain';
import { InFlightRequests } from './lifecycle/in-flight-requests';
import { NameResolver } from './names/name-resolver';
import { Clock } from './time/clock';
import { SystemClock } from './time/system-clock';

/** What every module may inject: the clock, the state of the process and the resolver of host names. */
@Global()
@Module({
  providers: [
    SystemClock,
    { provide: Clock, useExisting: SystemClock },
    Drain,
    InFlightRequests,
    { provide: NameResolver, useFactory: () => new NameResolver() },
  ],
  exports: [SystemClock, Clock, Drain, InFlightRequests, NameResolver],
})
export class CommonModule {}
