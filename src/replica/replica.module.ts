import { Global, Module } from '@nestjs/common';
import { SystemClock } from '../common/time/system-clock';
import { ReplicaConfig } from '../config/replica.config';
import { AddressSigner } from './address-signer';
import { ClockMonitor } from './clock-monitor';
import { HopProof } from './hop-proof';
import { Lease } from './ports/lease';
import { ReplicaStore } from './ports/replica.store';
import { ReplicasController } from './replicas.controller';
import { ReplicaLease } from './replica-lease';
import { ReplicaTelemetry } from './replica.telemetry';

/**
 * The application starts only with a lease. Needs a `ReplicaStore` and a `DeadlineStore` from the composition root.
 */
@Global()
@Module({
  controllers: [ReplicasController],
  providers: [
    {
      provide: ReplicaLease,
      inject: [ReplicaStore, ReplicaConfig, SystemClock, AddressSigner],
      useFactory: (store: ReplicaStore, config: ReplicaConfig, clock: SystemClock, signer: AddressSigner) =>
        ReplicaLease.begin(store, config, clock, signer),
    },
    { provide: Lease, useExisting: ReplicaLease },
    ReplicaTelemetry,
    ClockMonitor,
    AddressSigner,
    HopProof,
  ],
  exports: [Lease, AddressSigner, HopProof],
})
export class ReplicaModule {}
