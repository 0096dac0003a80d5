import { Module } from '@nestjs/common';
import { OutboundHttpModule } from '../../../common/http/outbound-http.module';
import { ProxyConfig } from '../../../config/proxy.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { FileStorage } from './file-storage';
import { PresignedStorage } from './presigned-storage';
import { UploadTelemetry } from './upload.telemetry';

/** As many as a process hands on at most: `UPLOAD_MAX_CONCURRENT` cannot be more. */
const CONNECTIONS = 128;

/** The storage for files, over connections of its own: the platform names its hosts, so they are judged by their addresses. */
@Module({
  imports: [
    OutboundHttpModule.withConnections(CONNECTIONS, {
      inject: [WebMessagingConfig, ProxyConfig],
      useFactory: ({ uploadsAllowPrivate }: WebMessagingConfig, { proxies }: ProxyConfig) => ({
        publicOnly: !uploadsAllowPrivate,
        proxies,
      }),
    }),
  ],
  providers: [UploadTelemetry, PresignedStorage, { provide: FileStorage, useExisting: PresignedStorage }],
  exports: [FileStorage],
})
export class UploadModule {}
