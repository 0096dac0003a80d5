import { Module } from '@nestjs/common';
import { OutboundHttpModule } from '../../../common/http/outbound-http.module';
import { ProxyConfig } from '../../../config/proxy.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { FileStorage } from './file-storage';
import { PresignedStorage } from './presigned-storage';
import { UploadTelemetry } from './upload.telemetry';

/** Maximum of `UPLOAD_MAX_CONCURRENT`. */
const CONNECTIONS = 128;

/** The storage for files, over its own connections: the platform names the hosts, so their addresses are checked. */
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
