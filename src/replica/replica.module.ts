import { Global, Module } from '@nestjs/common';
import { SystemClock } from '../common/time/system-clock';
import { ReplicaConfig } from '../config/replica.config';
import { ForwardingSeal } from './forwarding-seal';
import { Lease } from './ports/lease';
import { ReplicaStore } from './ports/replica.store';
import { ReplicaLease } from './replica.lease';
import { ReplicaTelemetry } from './replica.telemetry';

/** The application does not come up without a lease. Needs a `ReplicaStore` from the composition root. */
@Global()
@Module({
  providers: [
    {
      provide: ReplicaLease,
      inject: [ReplicaStore, ReplicaConfig, SystemClock],
      useFactory: (store: ReplicaStore, config: ReplicaConfig, clock: SystemClock) =>
        ReplicaLease.begin(store, config, clock),
    },
    { provide: Lease, useExisting: ReplicaLease },
    ReplicaTelemetry,
    ForwardingSeal,
  ],
  exports: [Lease, ForwardingSeal],
})
export class ReplicaModule {}
