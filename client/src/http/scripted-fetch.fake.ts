/** A request as it was sent. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer of the script; a function may wait for the signal of the request. */
export type ScriptedAnswer = Response | Error | ((signal: AbortSignal) => Promise<Response>);

/** Answers requests from a script, in its order, and records them. A request beyond the script is an error. */
export class ScriptedFetch {
  readonly sent: SentRequest[] = [];
  private readonly script: ScriptedAnswer[];

  constructor(...script: readonly ScriptedAnswer[]) {
    this.script = [...script];
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { headers, method, body } = new Request(url, { ...init, signal: null });
    this.sent.push({ url, method, headers, body: body === null ? '' : await new Response(body).text() });
    const answer = this.script.shift();
    if (answer === undefined) throw new Error(`No answer is left for ${method} ${url}`);
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : answer(init.signal ?? new AbortController().signal);
  };
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

/** A problem document as the service answers it. */
export function problem(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const content = {
    type: `/problems/${code}`,
    title: 'A title',
    status,
    instance: '/v1/x',
    code,
    requestId: 'r-1',
  };
  return json(content, status, { 'content-type': 'application/problem+json', ...headers });
}

/** The failure of `fetch` when no connection comes about. */
export function networkFailure(): TypeError {
  return new TypeError('fetch failed');
}

/** Answers nothing until the request is aborted. */
export function silence(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
