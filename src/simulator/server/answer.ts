/** What a simulator sends back. Header names are lower-case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sent in place of `body`, for what is no text. */
  readonly bytes?: Buffer;
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: '' };
}

/** The simulators' own plain error, for control routes. */
export function problemAnswer(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return jsonAnswer(status, { error: message }, headers);
}
