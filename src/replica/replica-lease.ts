import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { Loop } from '../common/time/loop';
import { SystemClock } from '../common/time/system-clock';
import { ReplicaConfig } from '../config/replica.config';
import { AddressSigner } from './address-signer';
import { EventLoopLag } from './event-loop-lag';
import { Lease } from './ports/lease';
import { type Replica, ReplicaStore } from './ports/replica.store';

export const LEASE_TTL_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
const NEVER = Number.NEGATIVE_INFINITY;
/** Time that other replicas get to renew their leases after an outage. */
const RECOVERY_GRACE_MS = 2 * RENEW_EVERY_MS;
/** Time that may pass between a check of the lease and the request that follows. */
const MARGIN_MS = 2_000;

/**
 * The lease of this process; every action that only one process may take depends on it.
 *
 *   held ── not renewed in time ──▶ doubtful ── renewed, not expired by others ──▶ held
 *                                      └── expired by another replica ──▶ lost ──▶ held, under a new replica id
 *
 * Trust is measured by the monotonic clock, from the start of the last successful renewal: a process that was frozen,
 * or with a blocked event loop, detects the lost time before it sends anything.
 */
@Injectable()
export class ReplicaLease extends Lease implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(ReplicaLease.name);
  private readonly lag = new EventLoopLag();
  private readonly losing: (() => void)[] = [];
  private readonly loop: Loop;
  private replica: Replica;
  private renewedAt = NEVER;
  /** The time at which the lease was trusted again after a doubt. */
  private recoveredAt = NEVER;

  private constructor(
    private readonly store: ReplicaStore,
    private readonly config: ReplicaConfig,
    private readonly clock: SystemClock,
    private readonly signer: AddressSigner,
  ) {
    super();
    this.replica = this.another();
    this.loop = new Loop(
      RENEW_EVERY_MS,
      () => this.renew(),
      (error) => {
        this.log.warn({ message: 'Lease renewal failed; retrying', error });
      },
    );
  }

  /** Resolves with a lease that is held. */
  static async begin(
    store: ReplicaStore,
    config: ReplicaConfig,
    clock: SystemClock,
    signer: AddressSigner,
  ): Promise<ReplicaLease> {
    const lease = new ReplicaLease(store, config, clock, signer);
    await lease.join();
    return lease;
  }

  get holder(): string {
    return this.replica.id;
  }

  get isValid(): boolean {
    return this.trustLeftMs > 0;
  }

  get trustLeftMs(): number {
    if (!this.isShared) return Number.POSITIVE_INFINITY;
    return this.renewedAt + LEASE_TTL_MS - MARGIN_MS - this.lag.recentMs - performance.now();
  }

  get isShared(): boolean {
    return this.store.isShared;
  }

  /** Randomised, so that replicas do not check at the same time. */
  get lookEveryMs(): number {
    return this.isShared ? 250 + Math.random() * 250 : 60_000;
  }

  async expireOthers(): Promise<void> {
    // After an outage of the database every lease has run out, and live replicas are about to renew theirs.
    const isFair = performance.now() - this.recoveredAt >= RECOVERY_GRACE_MS;
    if (this.isShared && isFair) await this.store.expire();
  }

  assertValid(): void {
    if (!this.isValid) throw new StorageUnavailableError({ cause: new Error('The lease is in doubt.') });
  }

  onLost(listener: () => void): void {
    this.losing.push(listener);
  }

  onApplicationBootstrap(): void {
    if (!this.isShared) return;
    this.lag.start();
    this.loop.startLater();
  }

  /** The lease itself ends with `leave`, after all sessions were released. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    this.lag.stop();
  }

  async retire(): Promise<void> {
    await this.store.retire(this.holder);
  }

  async leave(): Promise<void> {
    await this.loop.stop();
    await this.store.leave(this.holder);
  }

  private async renew(): Promise<void> {
    if (this.renewedAt === NEVER) {
      await this.join();
      return;
    }
    const startedAt = performance.now();
    const now = await this.store.renew(this.holder, LEASE_TTL_MS);
    if (now !== undefined) {
      this.tellTime(now);
      if (!this.isValid) this.recoveredAt = performance.now();
      this.renewedAt = startedAt;
      this.lag.forget();
      return;
    }
    this.log.error({
      message: 'Lease lost: others have what this replica held',
      replica: this.holder,
    });
    this.renewedAt = NEVER;
    for (const listener of this.losing) listener();
    this.replica = this.another();
    await this.join();
  }

  private async join(): Promise<void> {
    const startedAt = performance.now();
    this.tellTime(await this.store.join(this.replica, LEASE_TTL_MS));
    this.renewedAt = startedAt;
  }

  /** Replicas agree on the database's time, whatever the clocks of their machines say. */
  private tellTime(now: number): void {
    if (this.isShared) this.clock.follow(now);
  }

  private another(): Replica {
    const replica = { id: randomUUID(), address: this.config.address };
    return { ...replica, signature: this.signer.sign(replica) };
  }
}
