import { BlockList, isIP } from 'node:net';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Drain } from '../../../common/lifecycle/drain';
import { Loop } from '../../../common/time/loop';
import { GenesysConfig } from '../../../config/genesys.config';
import { OpenMessagingConfig } from '../../../config/open-messaging.config';
import { UpstreamCapacity } from '../../../session/ports/upstream-capacity';
import { type Fields, isFields, textIn } from '../../fields';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { GenesysApiClient } from '../../transport/genesys-api-client';
import { OpenMessagingTelemetry } from '../open-messaging.telemetry';
import { WebhookSourceError } from './webhook.errors';

const READ_EVERY_MS = 3_600_000;
const RETRY_AFTER_MS = 30_000;
const SERVICE = 'open-messaging';
/** Directions of networks from which the platform sends. */
const SENDING = ['outbound', 'both'];
/** Entries of all services: the public list has a few thousand. */
const MAX_ENTRIES = 50_000;
/** Time after a read in which a refusal causes no other one: the platform may send from a network that is new. */
const FRESH_MS = 60_000;
/** An address with a port, as some proxies forward it. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d+)?$/i;

/**
 * The networks from which Genesys Cloud sends webhooks of Open Messaging (`GET /api/v2/ipranges`), read every hour, and within a
 * minute and a half after a refusal; after a failed read, or one with a network that cannot be read, the last list stays. Without a list no address is refused: the signature of a webhook is what proves it.
 */
@Injectable()
export class WebhookSource implements OnApplicationBootstrap, OnModuleDestroy {
  private networks: BlockList | undefined;
  private nextReadAt = 0;
  private readAt = 0;
  private readonly loop = new Loop(
    RETRY_AFTER_MS,
    () => this.readIfDue(),
    (error) => {
      this.telemetry.sourcesNotRead(error);
    },
  );

  constructor(
    private readonly api: GenesysApiClient,
    private readonly capacity: UpstreamCapacity,
    private readonly genesys: GenesysConfig,
    private readonly config: OpenMessagingConfig,
    private readonly telemetry: OpenMessagingTelemetry,
    private readonly drain: Drain,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.source !== 'any') this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** `address` is that of the connection; throws `WebhookSourceError`. */
  assertAllowed(address: string, forwardedFor: string | undefined): void {
    const { source } = this.config;
    if (source === 'any' || this.networks === undefined) return;
    const sender = source === 'direct' ? address : lastAddressIn(forwardedFor ?? '');
    if (isWithin(this.networks, sender)) return;
    this.nextReadAt = Math.min(this.nextReadAt, this.readAt + FRESH_MS);
    this.telemetry.received('refused-source');
    throw new WebhookSourceError();
  }

  private async readIfDue(): Promise<void> {
    if (performance.now() < this.nextReadAt) return;
    const answer = await this.api.call(
      {
        operation: 'ranges',
        method: 'GET',
        path: ['ipranges'],
        oauthClient: this.capacity.clientFor(''),
        patienceMs: this.genesys.timeoutMs,
      },
      this.drain.signal,
    );
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    const ranges = entriesIn(jsonObjectOf(answer)).filter(isOfWebhooks);
    this.networks = networksOf(ranges);
    this.readAt = performance.now();
    this.nextReadAt = this.readAt + READ_EVERY_MS;
    this.telemetry.sourcesRead(ranges.length);
  }
}

/** The list of all services, which is longer than lists of conversations may be. */
function entriesIn({ entities }: Fields): readonly Fields[] {
  return Array.isArray(entities) ? entities.slice(0, MAX_ENTRIES).filter(isFields) : [];
}

/** Throws for a list without networks, or with one that cannot be read. */
function networksOf(ranges: readonly Fields[]): BlockList {
  const networks = new BlockList();
  const isComplete = ranges.every((range) => addTo(networks, textIn(range, 'cidr') ?? ''));
  if (ranges.length === 0 || !isComplete) throw new Error('The list of networks cannot be used.');
  return networks;
}

function lastAddressIn(forwardedFor: string): string {
  const last = forwardedFor.split(',').at(-1)?.trim() ?? '';
  const [, v6, v4] = WITH_PORT.exec(last) ?? [];
  return v6 ?? v4 ?? last;
}

function isOfWebhooks(range: Fields): boolean {
  return textIn(range, 'service') === SERVICE && SENDING.includes(textIn(range, 'direction') ?? '');
}

/** Returns whether the text is a network. */
function addTo(networks: BlockList, cidr: string): boolean {
  const [address = '', bits = ''] = cidr.split('/');
  const version = isIP(address);
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || prefix < 0 || prefix > (version === 4 ? 32 : 128)) return false;
  networks.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/** An IPv4 address that is written as an IPv6 one is in the networks of IPv4. */
function isWithin(networks: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && networks.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
