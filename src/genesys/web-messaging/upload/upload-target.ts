import type { PresignedUrl } from '../frames/server-frame';
import { UploadTargetRefusedError } from './upload-target.errors';

/** Headers that storages sign: what describes the body, and what Amazon and Google call their own. */
const ALLOWED_HEADER = /^(content|x-amz|x-goog)-[a-z0-9-]{1,100}$/;
/** RFC 9110, 5.5: visible characters, blanks and tabs. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,2048}$/;

/**
 * The place that an answer of the platform names for a file, as far as this service follows it: an `https:` URL without
 * credentials, and headers by allow-list. Whether its address is globally routable is for the connection to find out.
 */
export class UploadTarget {
  private constructor(
    readonly url: string,
    readonly headers: Readonly<Record<string, string>>,
    /** The number of headers that are not on the list and are not sent. */
    readonly dropped: number,
  ) {}

  /** Throws `UploadTargetRefusedError`. `allowsPlain` also lets `http:` pass. */
  static of({ url, headers }: PresignedUrl, allowsPlain: boolean): UploadTarget {
    if (!URL.canParse(url)) throw new UploadTargetRefusedError('malformed');
    const { protocol, username, password, href } = new URL(url);
    if (protocol !== 'https:' && !(allowsPlain && protocol === 'http:'))
      throw new UploadTargetRefusedError('scheme');
    if (username !== '' || password !== '') throw new UploadTargetRefusedError('credentials');
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const allowed = named.filter(([name]) => ALLOWED_HEADER.test(name));
    if (!allowed.every(([, value]) => HEADER_VALUE.test(value))) throw new UploadTargetRefusedError('header');
    return new UploadTarget(href, Object.fromEntries(allowed), named.length - allowed.length);
  }
}
