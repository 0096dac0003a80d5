import type { Json } from '../openapi-reader';
import type { ApiOperation } from './api-description';
import type { Identity } from './fuzz-callers';
import type { GeneratedRequest } from './generated-request';
import type { GeneratedTraffic } from './generated-traffic';

const LIVING = ['connecting', 'active'];

/** Keeps slots free for the sessions that generated requests open. */
export class OpenSessions {
  private readonly list: ApiOperation;
  private readonly end: ApiOperation;
  private openedBefore = 0;

  constructor(
    private readonly traffic: GeneratedTraffic,
    /** The caller that may list and end all sessions. */
    private readonly identity: Identity,
  ) {
    this.list = traffic.description.operation('sessionList');
    this.end = traffic.description.operation('sessionEnd');
  }

  /** Ends all sessions once this many were opened since the last time. */
  async clearAfter(opened: number): Promise<void> {
    const all = this.traffic.tally.of('sessionOpen', 201);
    if (all - this.openedBefore < opened) return;
    this.openedBefore = all;
    for (const state of LIVING) {
      for (let ids = await this.in(state); ids.length > 0; ids = await this.in(state))
        await this.traffic.sendAll(ids.map((id) => this.requestTo(this.end, id)));
    }
  }

  private async in(state: string): Promise<string[]> {
    const target = `${this.list.path}?limit=200&state=${state}`;
    const { body } = await this.traffic.send({ ...this.requestTo(this.list), target });
    const { items } = JSON.parse(body) as { items: readonly Json[] };
    return items.map((session) => String(session['conversationId']));
  }

  private requestTo({ method, path }: ApiOperation, id = ''): GeneratedRequest {
    const target = path.replace(/\{\w+\}/, id);
    return { method, target, headers: {}, body: undefined, identity: this.identity };
  }
}
