import { Module } from '@nestjs/common';
import { AuthService } from './auth.service';
import { AuthTelemetry } from './auth.telemetry';

/** Needs a `TokenEndpoint` from the composition root. */
@Module({ providers: [AuthService, AuthTelemetry], exports: [AuthService] })
export class AuthModule {}
