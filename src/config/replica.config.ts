import { networkInterfaces } from 'node:os';
import type { Environment } from './environment';

const ANYWHERE = new Set(['0.0.0.0', '::']);

/** Maximum number of concurrent requests from this process to other replicas. */
export const MAX_FORWARDED = 256;

/** How this process presents itself to other replicas. */
export class ReplicaConfig {
  /** The address for other replicas; empty if unknown. */
  readonly address: string;
  /** Maximum number of concurrent forwarded requests per caller. */
  readonly forwardedPerCaller: number;

  constructor({ REPLICA_URL, HOST, PORT, REPLICA_FORWARDED_PER_CALLER }: Environment) {
    this.address = (REPLICA_URL ?? listeningAt(HOST, PORT)).replace(/\/+$/, '');
    this.forwardedPerCaller = REPLICA_FORWARDED_PER_CALLER;
  }
}

/** The first address that is not local to the machine, for a process that listens on all addresses. */
function listeningAt(host: string, port: number): string {
  if (port === 0) return '';
  const name = ANYWHERE.has(host) ? firstOuterAddress() : host;
  return name === undefined ? '' : `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function firstOuterAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}
