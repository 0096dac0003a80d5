const PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text could be the id of one of our conversations: a UUID in lower case, as we make them. */
export function isConversationId(text: string): boolean {
  return PATTERN.test(text);
}
