import { CrmService } from './crm/crm-service';
import { FaultRegistry } from './fault-registry';
import { ReceivedEvent } from './received-event';
import { RequestJournal } from './request-journal';
import { SimulatorServer } from './server/simulator-server';

export interface CrmSimulatorOptions {
  readonly host?: string;
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** Path that events are posted to. */
  readonly path?: string;
  /** Maximum number of requests in the journal; 0 turns it off. */
  readonly journalSize?: number;
}

/**
 * A CRM's webhook. `received` holds the accepted events in the order of acceptance, at most the newest 200,000;
 * events that a fault refused before they took effect are only in the journal.
 */
export class CrmSimulator {
  /** The webhook's full address. */
  readonly url: string;
  /** Base address of the control routes. */
  readonly origin: string;

  private constructor(
    private readonly service: CrmService,
    private readonly server: SimulatorServer,
    path: string,
  ) {
    this.origin = server.url;
    this.url = `${server.url}${path}`;
  }

  static async start(options: CrmSimulatorOptions = {}): Promise<CrmSimulator> {
    const path = options.path ?? '/crm/events';
    const service = new CrmService(path);
    return new CrmSimulator(service, await SimulatorServer.listen(service, options), path);
  }

  get received(): ReceivedEvent[] {
    return this.service.received;
  }

  get requests(): RequestJournal {
    return this.server.requests;
  }

  get faults(): FaultRegistry {
    return this.server.faults;
  }

  /** Accepted events, in the order of acceptance. */
  eventsOf(conversationId: string): ReceivedEvent[] {
    return this.service.eventsOf(conversationId);
  }

  /** Clears faults, journal and received events. */
  reset(): void {
    this.server.reset();
  }

  /** Breaks all connections, hanging ones included. Idempotent. */
  close(): Promise<void> {
    return this.server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
