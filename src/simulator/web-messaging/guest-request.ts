/** A guest's request: an object with an action. All of it is unverified. */
export interface GuestRequest {
  readonly action: string;
  readonly token: string | undefined;
  readonly tracingId: string | undefined;
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Returns undefined when the frame is not such an object. */
export function parseGuestRequest(text: string): GuestRequest | undefined {
  const fields = parse(text);
  if (!isFields(fields)) return undefined;
  return {
    action: textOf(fields['action']) ?? '',
    token: textOf(fields['token']),
    tracingId: textOf(fields['tracingId']),
    fields,
  };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** Returns the objects in a list and skips all other entries. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Data that is not JSON is not a request.
    return undefined;
  }
}
