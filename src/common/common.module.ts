import { Global, Module } from '@nestjs/common';
import { Drain } from './lifecycle/drain';
import { InFlightRequests } from './lifecycle/in-flight-requests';
import { Clock } from './time/clock';
import { SystemClock } from './time/system-clock';

/** What every module may inject: the clock and the state of the process. */
@Global()
@Module({
  providers: [SystemClock, { provide: Clock, useExisting: SystemClock }, Drain, InFlightRequests],
  exports: [SystemClock, Clock, Drain, InFlightRequests],
})
export class CommonModule {}
