import { randomUUID } from 'node:crypto';
import type { AnswerMemory } from './answer-memory';
import type { ApiOperation, ApiParameter } from './api-description';
import { BROKEN_BODIES, tooLarge } from './broken-bodies';
import type { FuzzCallers } from './fuzz-callers';
import type { GeneratedRequest } from './generated-request';
import type { RequestPlan } from './request-plan';
import { PATH_DEVIATIONS, type PlannedText, type Deviation } from './deviations';
import { mutated } from './wrong-values';

/** A request in parts that deviations modify. */
interface Draft {
  readonly method: string;
  readonly path: string;
  /** Encoded pairs of name and value. */
  readonly query: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** A body for a broken-body deviation of an operation without one, which may be any object. */
const SOME_BODY = '{"b":"c"}';

/** The content of a body that is a file. */
const SOME_FILE = { type: 'image/png', text: 'some bytes' };
/** More bytes than any file may have. */
const MUCH = '999999999';

/** Makes requests from plans: it inserts stored values, adds the sender's credential, and applies the deviation. */
export class RequestWriter {
  constructor(
    private readonly memory: AnswerMemory,
    private readonly callers: FuzzCallers,
  ) {}

  write(operation: ApiOperation, plan: RequestPlan): GeneratedRequest {
    const { deviation } = plan;
    const last = deviation.kind === 'again' ? this.memory.lastRequest(operation) : undefined;
    if (last !== undefined) return last;
    const { path, query, ...draft } = this.deviating(this.described(operation, plan), operation, deviation);
    const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
    return { ...draft, target, identity: this.callers.of(plan.role, operation.scope) };
  }

  /** The request as described, except for a deviating parameter. */
  private described(operation: ApiOperation, plan: RequestPlan): Draft {
    const { deviation, body } = plan;
    const texts = [...this.textsOf(operation, plan)];
    const rawAt = deviation.kind === 'value' && deviation.isRaw ? deviation.at : -1;
    const spelled = (place: ApiParameter['place']): (readonly [name: string, text: string])[] =>
      texts
        .filter(([parameter]) => parameter.place === place)
        .map(([parameter, text]) => {
          const isRaw = parameter === operation.parameters[rawAt];
          return [parameter.name, isRaw ? bytesOf(oneLine(text)) : encoded(text)];
        });
    const headers = texts.filter(([{ place }]) => place === 'header');
    return {
      method: operation.method,
      path: pathOf(operation, new Map(spelled('path'))),
      query: spelled('query').map(([name, text]) => `${name}=${text}`),
      headers: {
        ...Object.fromEntries(headers.map(([{ name }, text]) => [name, bytesOf(oneLine(text))])),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(operation.takesFile ? { 'content-type': SOME_FILE.type } : {}),
      },
      body: operation.takesFile ? SOME_FILE.text : jsonOf(body),
    };
  }

  private textsOf(operation: ApiOperation, { values, deviation }: RequestPlan): Map<ApiParameter, string> {
    const texts = new Map<ApiParameter, string>();
    for (const [at, parameter] of operation.parameters.entries()) {
      const isDeviating = 'at' in deviation && deviation.at === at;
      const planned = isDeviating ? deviatingText(deviation) : values[parameter.name];
      if (planned !== undefined) texts.set(parameter, this.textOf(operation, parameter, planned));
    }
    return texts;
  }

  private textOf(operation: ApiOperation, { name }: ApiParameter, planned: PlannedText): string {
    if ('say' in planned) return planned.say;
    if ('isUnique' in planned) return randomUUID();
    if ('recall' in planned) return this.memory.recall(operation, name, planned.recall) ?? planned.otherwise;
    const known = this.memory.recall(operation, name, planned.spoil) ?? planned.otherwise;
    const at = planned.spoil % Math.max(1, known.length);
    return `${known.slice(0, at)}${known[at] === 'a' ? 'b' : 'a'}${known.slice(at + 1)}`;
  }

  private deviating(draft: Draft, { body, takesFile }: ApiOperation, deviation: Deviation): Draft {
    const text = typeof draft.body === 'string' ? draft.body : SOME_BODY;
    const json = { 'content-type': 'application/json' };
    switch (deviation.kind) {
      case 'none':
      case 'again':
      case 'value':
      case 'omission':
        return draft;
      case 'query':
        return { ...draft, query: [...draft.query, `${encoded(deviation.name)}=${encoded(deviation.text)}`] };
      case 'json':
        return body === undefined
          ? draft
          : { ...draft, body: JSON.stringify(mutated(JSON.parse(text), deviation.mutation)) };
      case 'body':
        return { ...draft, headers: { ...draft.headers, ...json }, body: BROKEN_BODIES[deviation.how](text) };
      case 'type':
        return { ...draft, headers: { ...draft.headers, 'content-type': deviation.contentType }, body: text };
      case 'size':
        return takesFile
          ? { ...draft, headers: { ...draft.headers, 'content-length': MUCH } }
          : { ...draft, headers: { ...draft.headers, ...json }, body: tooLarge(text) };
      case 'method':
        return { ...draft, method: deviation.method };
      case 'path':
        return { ...draft, path: PATH_DEVIATIONS[deviation.how](draft.path) };
      case 'header':
        return {
          ...draft,
          headers: { ...draft.headers, [deviation.name]: bytesOf(oneLine(deviation.text)) },
        };
    }
  }
}

function jsonOf(body: unknown): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

function pathOf({ path }: ApiOperation, texts: ReadonlyMap<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => texts.get(name) ?? '');
}

/** Percent-encodes every character. An unpaired surrogate is replaced by U+FFFD. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}

/** Returns the UTF-8 bytes, one character each. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Removes line breaks, which would start another header or request. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, '');
}

/** Returns the text of a deviating parameter, or undefined to leave it out. */
function deviatingText(deviation: Deviation): PlannedText | undefined {
  return deviation.kind === 'value' ? deviation.text : undefined;
}
