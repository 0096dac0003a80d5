import { UpstreamInvalidResponseError } from '../../../common/errors/upstream.errors';

/** The rule of `UploadTarget` that an answer of the platform breaks. */
export type TargetRule = 'malformed' | 'scheme' | 'credentials' | 'header' | 'address';

/**
 * The platform names a storage location that this service does not send to. Nothing was sent, and the message does not hold
 * the location: its query is a credential.
 */
export class UploadTargetRefusedError extends UpstreamInvalidResponseError {
  override mayHaveTakenEffect = false;

  constructor(
    readonly rule: TargetRule,
    options?: ErrorOptions,
  ) {
    super('a place for a file that is not allowed', options);
  }
}
