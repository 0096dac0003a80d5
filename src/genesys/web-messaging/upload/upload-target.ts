import { parseUrl } from '../../../common/http/parse-url';
import type { PresignedUrl } from '../frames/server-frame';
import { UploadTargetRefusedError } from './upload-target.errors';

/** Headers that storages sign: those that describe the body, and those of Amazon and Google. */
const ALLOWED_HEADER = /^(content|x-amz|x-goog)-[a-z0-9-]{1,100}$/;
/** A header value by RFC 9110, 5.5: visible characters, blanks and tabs. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,2048}$/;

/**
 * The validated storage location of a file: an `https:` URL without credentials, and headers by allow-list. The connection
 * checks whether its address is globally routable.
 */
export class UploadTarget {
  private constructor(
    readonly url: string,
    readonly headers: Readonly<Record<string, string>>,
    /** Number of dropped headers, which are not on the allow-list. */
    readonly dropped: number,
  ) {}

  /** Validates a presigned URL. Throws `UploadTargetRefusedError`. `allowsPlain` permits `http:` as well. */
  static of({ url, headers }: PresignedUrl, allowsPlain: boolean): UploadTarget {
    const parsed = parseUrl(url);
    if (parsed === undefined) throw new UploadTargetRefusedError('malformed');
    const { protocol, username, password, href } = parsed;
    if (protocol !== 'https:' && !(allowsPlain && protocol === 'http:'))
      throw new UploadTargetRefusedError('scheme');
    if (username !== '' || password !== '') throw new UploadTargetRefusedError('credentials');
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const allowed = named.filter(([name]) => ALLOWED_HEADER.test(name));
    if (!allowed.every(([, value]) => HEADER_VALUE.test(value))) throw new UploadTargetRefusedError('header');
    return new UploadTarget(href, Object.fromEntries(allowed), named.length - allowed.length);
  }
}
