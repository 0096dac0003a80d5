import { isRecord, type Json } from '../openapi-reader';
import type { Schema } from '../openapi-schema-changes';
import type { RawAnswer } from '../raw-http';
import { type ApiDescription, type ApiOperation, type DescribedAnswer, PROBLEM } from './api-description';
import { type GeneratedRequest, pathOf } from './generated-request';
import { RequestRules } from './request-rules';
import { SchemaRules } from './schema-rules';

const TRACES = [
  /\n\s+at \S/,
  /\(\S+:\d+:\d+\)/,
  /node_modules/,
  /\b(?:Type|Reference|Range|Syntax)Error\b/,
  /SQLITE_/,
];
const GUEST_TOKEN = /jwt_[0-9a-f]{32}/;
const STATES_NOTHING: DescribedAnswer = { content: new Map(), codes: new Set(), headers: new Map() };

/** Compares answers with the description of the API. */
export class AnswerCheck {
  private readonly schemas: SchemaRules;
  private readonly requests: RequestRules;

  constructor(
    private readonly description: ApiDescription,
    /** Texts that no answer may contain. */
    private readonly secrets: readonly string[],
  ) {
    this.schemas = new SchemaRules(description.document);
    this.requests = new RequestRules(this.schemas);
  }

  /** Returns the deviations of an answer from the description. */
  breaches(request: GeneratedRequest, answer: RawAnswer): string[] {
    const operation = this.description.find(request);
    return [
      ...this.statusBreaches(operation, answer),
      ...(operation === undefined ? [] : this.leniencies(operation, request, answer)),
      ...this.headerBreaches(operation, request, answer),
      ...this.bodyBreaches(operation, request, answer),
      ...this.leaks(this.described(operation, answer.status), answer),
    ];
  }

  private described(operation: ApiOperation | undefined, status: number): DescribedAnswer | undefined {
    const own = operation?.answers.get(status);
    const everywhere = this.description.ofEveryPath.get(status);
    if (everywhere === undefined) return own;
    return {
      ...(own ?? STATES_NOTHING),
      content: new Map([...(own?.content ?? []), [PROBLEM, this.description.problem]]),
      codes: new Set([...(own?.codes ?? []), ...everywhere]),
    };
  }

  private statusBreaches(operation: ApiOperation | undefined, { status }: RawAnswer): string[] {
    if (status >= 500) return ['is the fault of the service'];
    const place = operation?.id ?? 'a path that nothing is described for';
    return this.described(operation, status) === undefined ? [`${status} is not described for ${place}`] : [];
  }

  /** Returns the reason if a request was served that should have been refused. */
  private leniencies(operation: ApiOperation, request: GeneratedRequest, { status }: RawAnswer): string[] {
    if (status >= 400) return [];
    const { scope } = operation;
    const isAllowed = scope === undefined || request.identity.scopes?.includes(scope) === true;
    const wrong = this.requests.breaches(operation, request);
    return [
      ...(isAllowed ? [] : [`was given to a caller without ${scope}`]),
      ...wrong.map((breach) => `was given although the request's ${breach}`),
    ];
  }

  private headerBreaches(
    operation: ApiOperation | undefined,
    request: GeneratedRequest,
    { status, headers }: RawAnswer,
  ): string[] {
    const described = (this.described(operation, status) ?? STATES_NOTHING).headers;
    const ofHeaders = [...described].flatMap(([name, { isRequired, schema }]) => {
      const value = headers[name];
      if (value === undefined) return isRequired ? [`has no ${name}`] : [];
      const breach = this.schemas.breach(schema, schema.type === 'integer' ? Number(value) : value);
      return breach === undefined ? [] : [`${name} ${breach}`];
    });
    const id = request.headers['x-request-id'];
    const isKept = id === undefined || !/^[\w.:-]{1,128}$/.test(id) || headers['x-request-id'] === id;
    return [
      ...ofHeaders,
      ...(headers['x-request-id'] === undefined ? ['has no x-request-id'] : []),
      ...(isKept || isBroken(headers) ? [] : ['lost the id of the request']),
      ...(status === 405 && !/^[A-Z]+(, [A-Z]+)*$/.test(headers['allow'] ?? '')
        ? ['does not say what is allowed']
        : []),
    ];
  }

  private bodyBreaches(
    operation: ApiOperation | undefined,
    request: GeneratedRequest,
    answer: RawAnswer,
  ): string[] {
    const described = this.described(operation, answer.status);
    if (described === undefined) return [];
    const { body, headers } = answer;
    if (request.method === 'HEAD' || described.content.size === 0) return body === '' ? [] : ['has a body'];
    const type = headers['content-type']?.split(';', 1)[0] ?? 'nothing';
    const schema = described.content.get(type);
    if (schema === undefined) return [`is ${type}, which is not described`];
    const values = valuesIn(type, schema, body);
    const breaches = values.map((value) => this.schemas.breach(schema, value));
    const [breach] = breaches.filter((found) => found !== undefined);
    return [
      ...(breach === undefined ? [] : [`body ${breach}`]),
      ...(isBrokenOff(type, body) ? ['ends within a line'] : []),
      ...(type === PROBLEM ? problemBreaches(described, request, answer, values[0]) : []),
    ];
  }

  private leaks(described: DescribedAnswer | undefined, { body, headers }: RawAnswer): string[] {
    const text = `${JSON.stringify(headers)}\n${body}`;
    const schemas = [...(described?.content.values() ?? [])];
    const mayShowToken = schemas.some(({ properties }) => properties?.['guestIdToken'] !== undefined);
    const found = [
      ...TRACES.filter((pattern) => pattern.test(body)).map(String),
      ...this.secrets.filter((secret) => text.includes(secret)),
      ...(mayShowToken ? [] : (GUEST_TOKEN.exec(text) ?? [])),
    ];
    return found.map((secret) => `tells ${secret}`);
  }
}

function problemBreaches(
  { codes }: DescribedAnswer,
  request: GeneratedRequest,
  { status, headers }: RawAnswer,
  body: unknown,
): string[] {
  const problem: Json = isRecord(body) ? body : {};
  const code = String(problem['code']);
  // The origin of an absolute target is not part of an instance. A request that could not be parsed has no path.
  const path = pathOf(request).replace(/^https?:\/\/[^/]*/, '');
  const isHere = problem['instance'] === path || problem['instance'] === '';
  return [
    ...(codes.has(code) ? [] : [`${code} is not described for ${status}`]),
    ...(problem['type'] === `/problems/${code}` ? [] : ['has the type of another problem']),
    ...(problem['status'] === status ? [] : ['tells another status']),
    ...(problem['requestId'] === headers['x-request-id'] ? [] : ['tells the id of another request']),
    ...(isHere ? [] : ['happened elsewhere']),
  ];
}

/** Returns the JSON of a body, that of each line of a stream with described lines, or its text. */
function valuesIn(type: string, schema: Schema, body: string): unknown[] {
  if (isStream(type)) return schema.type === 'string' ? [body] : linesOf(body).map(parsed);
  return type.endsWith('json') ? [parsed(body)] : [body];
}

/** Returns whether a stream of JSON values ends within one, independent of the description. */
function isBrokenOff(type: string, body: string): boolean {
  if (!isStream(type) || body === '') return false;
  const lastLine = body.slice(body.lastIndexOf('\n', body.length - 2) + 1);
  return parsed(lastLine) === undefined;
}

function isStream(type: string): boolean {
  return /\bndjson$|\bjsonl$/.test(type);
}

function linesOf(body: string): string[] {
  return body.split('\n').filter((line) => line !== '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A value that no schema allows.
    return undefined;
  }
}

/**
 * Returns whether the answer is for data that did not become a request, so that it has no request id of its caller.
 */
function isBroken(headers: RawAnswer['headers']): boolean {
  return headers['connection'] === 'close' && headers['content-type']?.startsWith(PROBLEM) === true;
}
