import type { GuestMessage } from './guest-message';
import type { StatedExpiry } from './session-expiry';

/** Limits for the files of guests. */
export interface AllowedMedia {
  /** Empty where guests may send no files; undefined when the server does not state them. */
  readonly fileTypes?: readonly string[];
  readonly maxFileSizeKB?: number;
  readonly blockedExtensions: readonly string[];
}

/** The server's description of a session, when it is configured or closed. */
export interface SessionFacts extends StatedExpiry {
  readonly connected: boolean;
  readonly newSession: boolean;
  readonly readOnly: boolean;
  readonly clearedExistingSession: boolean;
  /** The server has started the conversation by itself. */
  readonly autoStarted: boolean;
  readonly maxCustomDataBytes?: number;
  readonly media: AllowedMedia;
}

export interface PresignedUrl {
  readonly attachmentId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fileName?: string;
  readonly fileType?: string;
  readonly fileSize?: number;
}

type Content =
  | { readonly kind: 'session'; readonly facts: SessionFacts }
  /** A message or an event, the guest's own included. */
  | { readonly kind: 'message'; readonly message: GuestMessage }
  /** The answer to an `echo`. */
  | { readonly kind: 'echo'; readonly expiry: StatedExpiry }
  | { readonly kind: 'jwt'; readonly jwt: string; readonly expiresAt?: number }
  /** A credential that resumes a session elsewhere. It must not be logged; this service does not request it. */
  | { readonly kind: 'resume-token'; readonly resumeToken: string; readonly expiresAt?: number }
  | { readonly kind: 'presigned-url'; readonly upload: PresignedUrl }
  /** The refusal of an announced file. */
  | { readonly kind: 'url-refused'; readonly errorCode?: number }
  | { readonly kind: 'upload-succeeded'; readonly attachmentId: string; readonly downloadUrl?: string }
  | { readonly kind: 'upload-failed'; readonly attachmentId: string; readonly errorCode?: number }
  | { readonly kind: 'attachment-deleted'; readonly attachmentId: string }
  | { readonly kind: 'session-expired' }
  | { readonly kind: 'session-cleared' }
  | { readonly kind: 'logged-out' }
  | { readonly kind: 'connection-closed'; readonly reason?: string }
  | {
      readonly kind: 'configuration';
      readonly media: AllowedMedia;
      readonly maxCustomDataBytes?: number;
      readonly sessionDurationSeconds?: number;
    }
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
  /** `errorCode` as documented by the platform: 4006 expired, 4007 not found, 4011 too long, 401, 403 … */
  | { readonly kind: 'refused'; readonly errorCode: number }
  /** A frame of an unknown or unused class, or the error of a gateway, which has no class. */
  | { readonly kind: 'unknown' }
  /**
   * JSON that is not an object, has no class, lacks the content of its class or is nested too deeply. `className` is present
   * for a known class.
   */
  | { readonly kind: 'malformed'; readonly className?: string };

/** A frame of the server, with one kind for each class. */
export type ServerFrame = Content & { readonly tracingId?: string };

export type ServerFrameKind = ServerFrame['kind'];
