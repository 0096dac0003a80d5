export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls the simulator over HTTP and reads the answer as JSON; one without a body reads as an empty object. */
export async function callJson(method: string, url: string, bearer = '', body?: unknown): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
      'content-type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answered['body'] };
}
