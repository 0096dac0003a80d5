/** What a guest sent: an object with an action. Everything in it is unverified. */
export interface GuestRequest {
  readonly action: string;
  readonly token: string | undefined;
  readonly tracingId: string | undefined;
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Undefined when the frame is not such an object. */
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

/** The objects in a list; everything else in it is left out. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no request either.
    return undefined;
  }
}
