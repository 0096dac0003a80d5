/** A response that is no event stream of this service: another media type, invalid JSON, or an event beyond the limit. */
export class EventStreamFormatError extends Error {
  override readonly name = 'EventStreamFormatError';
}
