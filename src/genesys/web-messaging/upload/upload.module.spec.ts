import { Readable } from 'node:stream';
import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { RecordingLog } from '../../../audit/recording-log.fake';
import { CommonModule } from '../../../common/common.module';
import { OutboundHttpModule } from '../../../common/http/outbound-http.module';
import { ConfigModule } from '../../../config/config.module';
import { MINIMAL } from '../../../config/environment.fake';
import { readEnvironment } from '../../../config/read-environment';
import { HttpReceiver } from '../../../crm/http-receiver.fake';
import { Metrics } from '../../../metrics/metrics';
import { FileStorage } from './file-storage';
import { UploadModule } from './upload.module';

/** A pool of another module, which may connect anywhere. */
@Module({ imports: [OutboundHttpModule.withConnections(64)] })
class OtherModule {}

@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
class SurroundingsModule {}

let receiver: HttpReceiver;
let application: TestingModule;

beforeEach(async () => {
  RecordingLog.install();
  receiver = await HttpReceiver.start();
});
afterEach(async () => {
  await application.close();
  await receiver[Symbol.asyncDispose]();
});

async function putTo(url: string, variables: Record<string, string>): Promise<void> {
  const config = ConfigModule.forEnvironment(readEnvironment({ ...MINIMAL, ...variables }));
  const imports = [config, CommonModule, OtherModule, SurroundingsModule, UploadModule];
  application = await Test.createTestingModule({ imports }).compile();
  const content = Readable.from([Buffer.from('text')]);
  const file = { fileName: 'a.txt', fileType: 'text/plain', fileSize: 4, content };
  const place = { attachmentId: 'a', url, headers: {} };
  return application.get(FileStorage).put(place, file, new AbortController().signal);
}

describe(UploadModule.name, () => {
  it('puts files to public addresses only, unless private ones are allowed', async () => {
    const url = receiver.url.replace('http://', 'https://');

    await expect(putTo(url, {})).rejects.toMatchObject({ rule: 'address' });
    expect(receiver.received).toEqual([]);
  });

  it('puts files anywhere when private addresses are allowed', async () => {
    await putTo(receiver.url, { GENESYS_UPLOAD_ALLOW_PRIVATE: 'true' });

    expect(receiver.received).toHaveLength(1);
  });
});
