import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import type { CallerLimitsResponse, ClientLimitsResponse, LimitsResponse } from '../dto/limits.response';
import { SessionStore } from '../ports/session.store';
import { type ClientCap, SessionCaps } from '../opening/session-caps';
import { HeartbeatRateController } from '../heartbeat/heartbeat-rate-controller';

/** Reads what limits the number of sessions; changes nothing. */
@Injectable()
export class LimitsQueries {
  constructor(
    private readonly sessions: SessionStore,
    private readonly rateController: HeartbeatRateController,
    private readonly caps: SessionCaps,
    private readonly heartbeats: HeartbeatConfig,
  ) {}

  async limits(caller: Caller): Promise<LimitsResponse> {
    const byClient = await this.sessions.countLiveByClient();
    const live = await this.sessions.countLive();
    const cap = this.caps.total;
    const clients = this.caps.clients.map((client) => this.ofClient(client, byClient.get(client.id) ?? 0));
    const room = clients.reduce((sum, client) => sum + Math.max(0, client.cap - client.live), 0);
    const more = Math.max(0, Math.min(cap - live, room));
    return { sessions: { cap, live, more }, caller: await this.ofCaller(caller), clients };
  }

  private async ofCaller(caller: Caller): Promise<CallerLimitsResponse> {
    const shares = this.caps.of(caller);
    return {
      cap: shares.total,
      onClients: shares.onClients,
      live: await this.sessions.countLiveOf(caller.owner, this.caps.total),
    };
  }

  private ofClient(client: ClientCap, live: number): ClientLimitsResponse {
    const { id, cap, allowed, used, resetInMs, closedForMs } = client;
    return {
      id,
      budget: { allowed, used, resetSeconds: seconds(resetInMs), closedSeconds: seconds(closedForMs) },
      live,
      cap,
      heartbeatIntervalMs: Math.round(this.rateController.intervalMs(this.heartbeats.maxIntervalMs, id)),
    };
  }
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
