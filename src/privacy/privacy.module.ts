import { Module } from '@nestjs/common';
import { DataKeyRotation } from './data-key-rotation';
import { GuestsController } from './guests.controller';
import { GuestsService } from './guests.service';
import { PrivacyTelemetry } from './privacy.telemetry';
import { SessionRetention } from './session-retention';

/** Encryption, erasure and retention of guests' data. Needs the stores of `ports/` from the composition root. */
@Module({
  controllers: [GuestsController],
  providers: [GuestsService, SessionRetention, DataKeyRotation, PrivacyTelemetry],
})
export class PrivacyModule {}
