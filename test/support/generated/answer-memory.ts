import { isRecord } from '../openapi-reader';
import type { ApiOperation } from './api-description';
import type { GeneratedRequest } from './generated-request';

/** Maximum number of values of a name, and of entries of a list, that are kept. */
const KEPT = 40;
/** Parameters with another name than the field of the answer. */
const ANSWERED_AS: Readonly<Record<string, string>> = {
  cursor: 'nextCursor',
  'if-none-match': 'etag',
  webhookId: 'id',
  eventId: 'id',
};

/**
 * Values of earlier answers by name, so that later requests use existing resources: sessions, deliveries, places in
 * lists, tags. It also keeps the headers of successful requests and each operation's last request.
 */
export class AnswerMemory {
  private readonly values = new Map<string, string[]>();
  private readonly requests = new Map<string, GeneratedRequest>();

  /** Stores the values of a request and its answer: JSON or any other content, and the headers. */
  learn(
    operation: ApiOperation,
    request: GeneratedRequest,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): void {
    this.requests.set(operation.id, request);
    const area = areaOf(operation);
    if (headers['etag'] !== undefined) this.keep(area, 'etag', headers['etag']);
    for (const { place, name } of operation.parameters) {
      const said = place === 'header' ? request.headers[name] : undefined;
      if (said !== undefined) this.keep(area, name, said);
    }
    this.learnFrom(body, area);
  }

  lastRequest(operation: ApiOperation): GeneratedRequest | undefined {
    return this.requests.get(operation.id);
  }

  /** Returns a value with this name from answers of the same resource, or else of any resource. */
  recall(operation: ApiOperation, name: string, which: number): string | undefined {
    const wanted = ANSWERED_AS[name] ?? name;
    const known = this.values.get(`${areaOf(operation)} ${wanted}`) ?? this.values.get(wanted) ?? [];
    return known[which % known.length];
  }

  /** Names at the top of an answer or of its list's entries belong to the resource; deeper ones to any resource. */
  private learnFrom(value: unknown, area: string | undefined, depth = 0): void {
    if (Array.isArray(value)) {
      for (const entry of value.slice(0, KEPT)) this.learnFrom(entry, area, depth);
      return;
    }
    if (!isRecord(value) || depth > 3) return;
    for (const [name, child] of Object.entries(value)) {
      if (typeof child === 'string' || typeof child === 'number') this.keep(area, name, String(child));
      else this.learnFrom(child, Array.isArray(child) ? area : undefined, depth + 1);
    }
  }

  private keep(area: string | undefined, name: string, value: string): void {
    const keys = area === undefined ? [name] : [name, `${area} ${name}`];
    for (const key of keys) {
      const known = this.values.get(key) ?? [];
      if (known.includes(value)) continue;
      this.values.set(key, [...known, value].slice(-KEPT));
    }
  }
}

/** Returns the resource of an operation: its path up to the first parameter. */
function areaOf({ path }: ApiOperation): string {
  return path.split('/{', 1)[0] ?? path;
}
