import { isRecord } from '../openapi-reader';
import type { ApiOperation } from './api-description';
import type { GeneratedRequest } from './generated-request';

/** How many values of a name, and how many entries of a list, are kept. */
const KEPT = 40;
/** What is asked for under another name than the one it was answered under. */
const ANSWERED_AS: Readonly<Record<string, string>> = { cursor: 'nextCursor', 'if-none-match': 'etag' };

/**
 * What was told in answers, by name, so that later requests ask for what there is: sessions, deliveries, places in
 * lists, tags. What good requests said in their headers is remembered too, and each operation's last request.
 */
export class AnswerMemory {
  private readonly values = new Map<string, string[]>();
  private readonly requests = new Map<string, GeneratedRequest>();

  /** Learns from a request and the answer to it: JSON or anything else, and the headers that came along. */
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

  /** Something that answers of the same resource called so, or else answers of any. */
  recall(operation: ApiOperation, name: string, which: number): string | undefined {
    const wanted = ANSWERED_AS[name] ?? name;
    const known = this.values.get(`${areaOf(operation)} ${wanted}`) ?? this.values.get(wanted) ?? [];
    return known[which % known.length];
  }

  /** Names right below an answer, or below the entries of its list, are the resource's own; deeper ones are anybody's. */
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

/** The resource that an operation is about: its path up to the first parameter. */
function areaOf({ path }: ApiOperation): string {
  return path.split('/{', 1)[0] ?? path;
}
