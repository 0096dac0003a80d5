import { Module } from '@nestjs/common';
import { AccessTokenService } from './access-token.service';
import { AuthTelemetry } from './auth.telemetry';

/** Needs a `TokenEndpoint` from the composition root. */
@Module({ providers: [AccessTokenService, AuthTelemetry], exports: [AccessTokenService] })
export class AuthModule {}
