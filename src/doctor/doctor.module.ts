import { type DynamicModule, Module } from '@nestjs/common';
import { Environment } from '../config/environment';
import { DoctorController } from './doctor.controller';
import { DoctorService } from './doctor.service';

/**
 * The doctor as a route. Needs `AuditTrail`, `Lease` and `ServiceDatabaseAccess` from global modules; the whole environment
 * is known here alone, since the checks build the connections that they examine.
 */
@Module({})
export class DoctorModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: DoctorModule,
      controllers: [DoctorController],
      providers: [{ provide: Environment, useValue: environment }, DoctorService],
    };
  }
}
