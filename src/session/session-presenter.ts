import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { seesGuestName } from './domain/access-scope';
import type { Session } from './domain/session';
import { OpenedSessionResponse } from './dto/opened-session.response';
import { SessionResponse, type SessionView } from './dto/session.response';
import { SessionQueries } from './session.queries';
import type { OpenedSession } from './session.service';

/** Sessions as responses, with what this process knows of them, for the caller that reads them. */
@Injectable()
export class SessionPresenter {
  constructor(private readonly queries: SessionQueries) {}

  present(session: Session, caller: Caller): SessionResponse {
    return new SessionResponse(session, this.viewOf(session, caller));
  }

  presentOpened(opened: OpenedSession, caller: Caller): OpenedSessionResponse {
    return new OpenedSessionResponse(opened, this.viewOf(opened.session, caller));
  }

  private viewOf(session: Session, caller: Caller): SessionView {
    const endDetection = this.queries.endDetectionOf(session);
    return {
      heartbeat: this.queries.heartbeatOf(session),
      showsGuestName: seesGuestName(caller, session),
      ...(endDetection === undefined ? {} : { endDetection }),
    };
  }
}
