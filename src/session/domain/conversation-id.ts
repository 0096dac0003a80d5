const PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Tells whether a text has the form of this service's conversation ids: a UUID in lower case. */
export function isConversationId(text: string): boolean {
  return PATTERN.test(text);
}
