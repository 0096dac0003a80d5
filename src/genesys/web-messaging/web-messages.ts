import { Injectable } from '@nestjs/common';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import {
  FileRefusedError,
  type FileRefusalReason,
  MessageRefusedError,
  type RefusalReason,
} from '../../session/domain/messaging.errors';
import type { Conversation } from '../../session/ports/guest-channel';
import {
  type FileToUpload,
  GuestMessaging,
  type MessageToSend,
  type UploadedFile,
} from '../../session/ports/guest-messaging';
import { conversationMessageOf } from './conversation/conversation-message';
import { type Deployment, DeploymentConfig } from './deployment/deployment-config';
import { GuestSockets } from './guest-sockets';
import { omitUndefined } from '../fields';
import { type OutgoingMessage, wordsOf } from './frames/outgoing-message';
import { oversizeOf } from './frames/size-limits';
import type { AllowedMedia } from './frames/server-frame';
import type { GuestSocket } from './socket/guest-socket';
import { mediaOfModes, refusalOfFile, type UploadMode } from './upload/file-limits';

/** Error codes of the guest protocol for messages that the platform refuses. */
const REASONS: Readonly<Record<number, RefusalReason>> = {
  409: 'read-only',
  4000: 'not-enabled',
  4008: 'attachment-expired',
  4009: 'attachment-unknown',
  4010: 'attachment-not-uploaded',
  4011: 'text-too-long',
  4013: 'attributes-too-large',
  4020: 'parameter-missing',
};

/** Error codes of the guest protocol for files. */
const FILE_REASONS: Readonly<Record<number, FileRefusalReason>> = {
  400: 'not-accepted',
  4000: 'not-enabled',
  4001: 'type-not-allowed',
  4002: 'too-large',
  4003: 'content-invalid',
  4004: 'name-invalid',
  4005: 'name-invalid',
  4020: 'parameter-missing',
  4102: 'content-invalid',
};

/** Time that an upload waits for the limits of the deployment, and for those of the session. */
const LIMITS_TIMEOUT_MS = 5_000;

/** Sends the messages, files and typing of guests over their sockets, and translates the platform's refusals. */
@Injectable()
export class WebMessages extends GuestMessaging {
  constructor(
    private readonly sockets: GuestSockets,
    private readonly deployment: DeploymentConfig,
  ) {
    super();
  }

  async send(
    conversation: Conversation,
    { reference, isRepeatable, ...content }: MessageToSend,
    signal: AbortSignal,
  ): Promise<ConversationMessage> {
    const socket = this.sockets.get(conversation);
    const message = outgoingOf(content);
    const oversize = oversizeOf(message, socket.facts?.maxCustomDataBytes);
    if (oversize !== undefined)
      throw new MessageRefusedError(oversize === 'text' ? 'text-too-long' : 'attributes-too-large');
    try {
      const sent = conversationMessageOf(await socket.send(message, { reference, isRepeatable }, signal));
      if (sent === undefined) throw new UpstreamInvalidResponseError('no message');
      return sent;
    } catch (error) {
      throw messageRefusalOf(error) ?? error;
    }
  }

  async upload(conversation: Conversation, file: FileToUpload, signal: AbortSignal): Promise<UploadedFile> {
    const socket = this.sockets.get(conversation);
    await untilConfigured(socket, signal);
    const media = await this.mediaFor(file, socket, signal);
    const reason = media && refusalOfFile(file, media);
    if (reason !== undefined) throw new FileRefusedError(reason);
    try {
      const { fileName, fileType, fileSize } = file;
      return { attachmentId: await socket.upload(file, signal), fileName, fileType, fileSize };
    } catch (error) {
      throw fileRefusalOf(error) ?? error;
    }
  }

  typing(conversation: Conversation): void {
    this.sockets.get(conversation).typing();
  }

  reread(conversation: Conversation): void {
    this.sockets.forget(conversation.conversationId);
    this.sockets.get(conversation);
  }

  /** The limits of the deployment's upload modes, where it does not enable attachments, else those of the session. */
  private async mediaFor(
    { fileType }: FileToUpload,
    { facts }: GuestSocket,
    signal: AbortSignal,
  ): Promise<AllowedMedia | undefined> {
    const modes = await this.uploadModes(signal);
    return modes === undefined ? facts?.media : mediaOfModes(modes, fileType);
  }

  /** Undefined while the deployment cannot be read: then the limits of the session apply, and the platform's own check. */
  private async uploadModes(parent: AbortSignal): Promise<readonly UploadMode[] | undefined> {
    try {
      const read = (signal: AbortSignal): Promise<Deployment> => abortable(this.deployment.get(), signal);
      return (await withDeadline(LIMITS_TIMEOUT_MS, parent, read)).uploadModes;
    } catch (error) {
      if (parent.aborted) throw error;
      return undefined;
    }
  }
}

/** Adds the text that official clients send with an answer, unless the caller gives another one. */
function outgoingOf({
  buttonResponses,
  formResponse,
  ...rest
}: Omit<MessageToSend, 'reference' | 'isRepeatable'>): OutgoingMessage {
  const message = { ...rest, ...omitUndefined({ buttons: buttonResponses, form: formResponse }) };
  return { ...message, ...omitUndefined({ text: message.text ?? wordsOf(message) }) };
}

function messageRefusalOf(error: unknown): MessageRefusedError | undefined {
  if (!(error instanceof UpstreamRejectedError)) return undefined;
  const reason = REASONS[error.status];
  return reason === undefined ? undefined : new MessageRefusedError(reason, { cause: error });
}

function fileRefusalOf(error: unknown): FileRefusedError | undefined {
  if (!(error instanceof UpstreamRejectedError)) return undefined;
  const reason = FILE_REASONS[error.status];
  return reason === undefined ? undefined : new FileRefusedError(reason, { cause: error });
}

/** Resolves once the server has described the session, and with it the limits of files. */
async function untilConfigured(socket: GuestSocket, parent: AbortSignal): Promise<void> {
  if (socket.facts !== undefined) return;
  await withDeadline(LIMITS_TIMEOUT_MS, parent, async (signal, isOver) => {
    try {
      await socket.untilLive(signal);
    } catch (error) {
      throw isOver() ? new UpstreamUnavailableError({ cause: error, sent: false }) : error;
    }
  });
}
