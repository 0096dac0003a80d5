import { DomainError } from '../../common/errors/domain.errors';

/** The session's channel does not support the request. Nothing was sent. */
export class NotSupportedByChannelError extends DomainError {
  readonly code = 'not-supported-by-channel';
  readonly kind = 'conflict';
  readonly title = 'The channel of the session cannot do this';

  constructor(channel: string) {
    super(`Sessions on the channel ${channel} cannot do this.`);
  }
}

/** The request needs an active session. Nothing was sent. */
export class SessionNotActiveError extends DomainError {
  readonly code = 'session-not-active';
  readonly kind = 'conflict';
  readonly title = 'The session is not active';

  constructor() {
    super('Only a session that is active can do this.');
  }
}

const DETAILS = {
  'text-too-long': 'The text is longer than Genesys Cloud accepts.',
  'attributes-too-large': 'The custom attributes are larger than the deployment accepts.',
  'attachment-unknown': 'Genesys Cloud knows no such attachment of this guest.',
  'attachment-expired': 'The attachment has expired.',
  'attachment-not-uploaded': 'The attachment was not uploaded.',
  'not-enabled': 'The deployment does not allow this.',
  'parameter-missing': 'A parameter that Genesys Cloud requires is missing.',
  'read-only': 'The conversation accepts no more messages.',
} as const;

export type RefusalReason = keyof typeof DETAILS;

/** Genesys Cloud refused the message, and would refuse it again. */
export class MessageRefusedError extends DomainError {
  readonly code = 'message-refused';
  readonly kind = 'unprocessable';
  readonly title = 'The message is refused';

  constructor(
    override readonly reason: RefusalReason,
    options?: ErrorOptions,
  ) {
    super(DETAILS[reason], options);
  }
}

const FILE_DETAILS = {
  'not-enabled': 'Guests of this deployment may not send files.',
  'type-not-allowed': 'The deployment does not accept files of this type.',
  'extension-blocked': 'The deployment does not accept files with this extension.',
  'too-large': 'The file is larger than the deployment accepts.',
  empty: 'The file is empty.',
  'name-invalid': 'Genesys Cloud does not accept a file with this name.',
  'content-invalid': 'Genesys Cloud does not accept the content of the file.',
  'parameter-missing': 'A parameter that Genesys Cloud requires of a file is missing.',
  'not-accepted': 'Genesys Cloud does not accept the file, and gives no further reason.',
} as const;

export type FileRefusalReason = keyof typeof FILE_DETAILS;

/** The file was refused, and would be refused again. */
export class FileRefusedError extends DomainError {
  readonly code = 'file-refused';
  readonly kind = 'unprocessable';
  readonly title = 'The file is refused';

  constructor(
    override readonly reason: FileRefusalReason,
    options?: ErrorOptions,
  ) {
    super(FILE_DETAILS[reason], options);
  }
}
