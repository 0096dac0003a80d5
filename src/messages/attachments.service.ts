import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { withAnySignal } from '../common/time/any-signal';
import { foreignAct } from '../session/domain/foreign-act';
import { accessScopeOf } from '../session/domain/access-scope';
import { GuestChannels } from '../session/ports/guest-channels';
import type { FileToUpload, UploadedFile } from '../session/ports/guest-messaging';
import { SessionQueries } from '../session/session.queries';
import { type MessagingSession, messagingOf } from './domain/messaging-session';
import { GuestActAudit } from './guest-act-audit';
import { MessagesTelemetry } from './messages.telemetry';
import { UploadPlaces } from './upload-places';

/** Uploads of files from guests. The service stores no part of them. */
@Injectable()
export class AttachmentsService {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly channels: GuestChannels,
    private readonly drain: Drain,
    private readonly telemetry: MessagesTelemetry,
    private readonly places: UploadPlaces,
    private readonly acts: GuestActAudit,
  ) {}

  /**
   * Streams a file to the platform, and resolves once messages can refer to it. Throws `SessionNotFoundError`,
   * `SessionNotActiveError`, `NotSupportedByChannelError`, `FileRefusedError`, `CallerUploadLimitReachedError`,
   * `TooManyUploadsError`, `UpstreamError`s, and the reason of the signal when the caller has hung up.
   */
  async upload(
    conversationId: string,
    file: FileToUpload,
    { caller, hungUp }: { caller: Caller; hungUp: AbortSignal },
  ): Promise<UploadedFile> {
    this.drain.assertOpen();
    const found = await this.sessions.get(conversationId, accessScopeOf(caller));
    const { session, messaging } = messagingOf(found, this.channels);
    const act = foreignAct(caller, session, 'FILE_SENT');
    const from = { caller, hungUp };
    const uploaded = await this.handOn(file, { session, messaging }, from).catch(async (error: unknown) => {
      await this.acts.failed(act, error, hungUp.aborted);
      throw error;
    });
    const { attachmentId } = uploaded;
    await this.acts.succeeded(act && { ...act, detail: { ...act.detail, attachmentId } });
    return uploaded;
  }

  private async handOn(
    file: FileToUpload,
    { session, messaging }: MessagingSession,
    { caller, hungUp }: { caller: Caller; hungUp: AbortSignal },
  ): Promise<UploadedFile> {
    try {
      const release = this.places.take(caller);
      const uploaded = await withAnySignal([hungUp, this.drain.signal], (signal) =>
        messaging.upload(session.snapshot, file, signal),
      ).finally(release);
      this.telemetry.uploaded();
      return uploaded;
    } catch (error) {
      this.telemetry.uploadFailed(error, hungUp.aborted);
      throw error;
    }
  }
}
