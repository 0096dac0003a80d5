import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Readable } from 'node:stream';
import { Caller } from '../access/domain/caller';
import { FakeAuditTrail } from '../audit/ports/audit-trail.fake';
import { RecordingLog } from '../audit/recording-log.fake';
import { abortable } from '../common/time/abortable';
import { Drain } from '../common/lifecycle/drain';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { MessagesConfig } from '../config/messages.config';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { anActiveSession } from '../session/domain/session.builder';
import { FakeGuestChannel } from '../session/ports/guest-channel.fake';
import { GuestChannels } from '../session/ports/guest-channels';
import type { Conversation } from '../session/ports/conversation';
import { FakeGuestMessaging } from '../session/ports/guest-messaging.fake';
import type { FileToUpload, UploadedFile } from '../session/ports/guest-messaging';
import { FakeSessionServices } from '../session/session-services.fake';
import { AttachmentsService } from './attachments.service';
import { GuestActAudit } from './guest-act-audit';
import { MessagesTelemetry } from './messages.telemetry';
import { UploadPlaces } from './upload-places';

const SCOPES = ['sessions.any', 'messages.write'] as const;
const GREEDY = new Caller('greedy', new Set(SCOPES));
const OTHER = new Caller('other', new Set(SCOPES));

/** Uploads that last until their signal aborts, like those of a caller that stops sending. */
class UnfinishedUploads extends FakeGuestMessaging {
  override async upload(
    conversation: Conversation,
    file: FileToUpload,
    signal = new AbortController().signal,
  ): Promise<UploadedFile> {
    const uploaded = await super.upload(conversation, file);
    if (file.fileName !== 'unfinished.png') return uploaded;
    return abortable(new Promise<never>(() => undefined), signal);
  }
}

const session = anActiveSession({ channel: 'fake' });
let metrics: ReadableMetrics;
let messaging: UnfinishedUploads;
let service: AttachmentsService;

beforeEach(() => {
  RecordingLog.install();
  metrics = new ReadableMetrics();
  messaging = new UnfinishedUploads();
  const services = new FakeSessionServices();
  services.store.given(session);
  const channels = new GuestChannels([Object.assign(new FakeGuestChannel(), { messaging })]);
  const environment = Object.assign(new Environment(), { ACCESS_MODE: 'jwt', UPLOAD_MAX_CONCURRENT: 4 });
  const places = new UploadPlaces(new MessagesConfig(environment), new AccessConfig(environment));
  const telemetry = new MessagesTelemetry(metrics, new PoisonMessageReporter());
  const acts = new GuestActAudit(new FakeAuditTrail());
  service = new AttachmentsService(services.queries, channels, new Drain(), telemetry, places, acts);
});

function upload(
  caller: Caller,
  fileName: string,
  hungUp = new AbortController().signal,
): Promise<UploadedFile> {
  const file = { fileName, fileType: 'image/png', fileSize: 1, content: Readable.from([]) };
  return service.upload(session.conversationId, file, { caller, hungUp });
}

describe(AttachmentsService.name, () => {
  it('leaves another caller served when the unfinished uploads of one fill its share', async () => {
    const away = new AbortController();
    const unfinished = [1, 2].map(() => upload(GREEDY, 'unfinished.png', away.signal));
    const refused = upload(GREEDY, 'refused.png');

    await expect(refused).rejects.toMatchObject({ code: 'caller-upload-limit-reached' });
    await expect(upload(OTHER, 'served.png')).resolves.toMatchObject({ fileName: 'served.png' });
    expect(messaging.uploads).not.toContain('refused.png');
    expect(await metrics.sample('attachments_total{outcome="caller-upload-limit-reached"}')).toBe(1);
    away.abort();
    await Promise.allSettled(unfinished);
  });

  it('frees the places of failed uploads', async () => {
    const away = new AbortController();
    const unfinished = [1, 2].map(() => upload(GREEDY, 'unfinished.png', away.signal));
    away.abort();
    await Promise.allSettled(unfinished);

    await expect(upload(GREEDY, 'served.png')).resolves.toMatchObject({ fileName: 'served.png' });
  });
});
