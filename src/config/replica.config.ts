import { networkInterfaces } from 'node:os';
import type { Environment } from './environment';

const ANYWHERE = new Set(['0.0.0.0', '::']);

/** Requests that may be under way from this process to other replicas at a time. */
export const MAX_FORWARDED = 256;

/** How this process is known to others that work on the same data. */
export class ReplicaConfig {
  /** Where they reach it; empty when nobody knows. */
  readonly address: string;
  /** Requests of one caller that may be under way to other replicas at a time. */
  readonly forwardedPerCaller: number;

  constructor({ REPLICA_URL, HOST, PORT, REPLICA_FORWARDED_PER_CALLER }: Environment) {
    this.address = (REPLICA_URL ?? listeningAt(HOST, PORT)).replace(/\/+$/, '');
    this.forwardedPerCaller = REPLICA_FORWARDED_PER_CALLER;
  }
}

/** Where a process that listens everywhere is reached by others: at its first address that is not of this machine only. */
function listeningAt(host: string, port: number): string {
  if (port === 0) return '';
  const name = ANYWHERE.has(host) ? firstOuterAddress() : host;
  return name === undefined ? '' : `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function firstOuterAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}
