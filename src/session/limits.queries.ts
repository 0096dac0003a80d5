import { Injectable } from '@nestjs/common';
import { HeartbeatConfig } from '../config/heartbeat.config';
import { SessionConfig } from '../config/session.config';
import type { ClientLimitsResponse, LimitsResponse } from './dto/limits.response';
import { SessionStore } from './ports/session.store';
import { type ClientCapacity, UpstreamCapacity } from './ports/upstream-capacity';
import { SessionPace } from './session.pace';

/** Reads what limits the number of sessions; changes nothing. */
@Injectable()
export class LimitsQueries {
  constructor(
    private readonly sessions: SessionStore,
    private readonly capacity: UpstreamCapacity,
    private readonly pace: SessionPace,
    private readonly config: SessionConfig,
    private readonly heartbeats: HeartbeatConfig,
  ) {}

  async limits(): Promise<LimitsResponse> {
    const byClient = await this.sessions.countLiveByClient();
    const live = await this.sessions.countLive();
    const cap = this.config.maxConcurrent;
    const clients = this.capacity.clients.map((client) =>
      this.ofClient(client, byClient.get(client.id) ?? 0),
    );
    const room = clients.reduce((sum, client) => sum + Math.max(0, client.cap - client.live), 0);
    return { sessions: { cap, live, more: Math.max(0, Math.min(cap - live, room)) }, clients };
  }

  private ofClient(client: ClientCapacity, live: number): ClientLimitsResponse {
    const { id, allowed, used, resetInMs, closedForMs } = client;
    return {
      id,
      budget: { allowed, used, resetSeconds: seconds(resetInMs), closedSeconds: seconds(closedForMs) },
      live,
      cap: this.pace.fitting(client),
      heartbeatIntervalMs: Math.round(this.pace.intervalMs(this.heartbeats.maxIntervalMs, id)),
    };
  }
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
