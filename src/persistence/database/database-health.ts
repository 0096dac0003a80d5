import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../../health/health-checks';
import { DatabaseConnection } from './database-connection';

/** Readiness follows the database: without it no session can be opened or ended. */
@Injectable()
export class DatabaseHealth {
  constructor(checks: HealthChecks, connection: DatabaseConnection) {
    checks.add('database', () => connection.check());
  }
}
