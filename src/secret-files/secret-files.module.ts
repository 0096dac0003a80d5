import { Module } from '@nestjs/common';
import { SecretFilesService } from './secret-files.service';
import { SecretFilesTelemetry } from './secret-files.telemetry';

@Module({ providers: [SecretFilesService, SecretFilesTelemetry] })
export class SecretFilesModule {}
