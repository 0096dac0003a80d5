import { IncomingHttpHeaders } from 'node:http';

/** An event that the CRM has accepted. */
export interface ReceivedEvent {
  /** Arrival time of the request, in epoch milliseconds. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
