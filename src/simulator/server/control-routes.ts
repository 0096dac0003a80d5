import { FaultRegistry } from '../fault-registry';
import { parseFaultRule } from '../faults/fault-checks';
import { InvalidFaultError } from '../faults/invalid-fault.errors';
import { RequestJournal } from '../request-journal';
import { Answer, emptyAnswer, jsonAnswer, problemAnswer } from './answer';
import { SimulatedRequest } from './simulated-request';
import { SimulatedService } from './simulated-service';

const DEFAULT_LIMIT = 1_000;

/** The `/_sim` routes that every simulator has: faults, requests, state, reset. */
export class ControlRoutes {
  constructor(
    private readonly requests: RequestJournal,
    private readonly faults: FaultRegistry,
    private readonly service: SimulatedService,
    private readonly reset: () => void,
  ) {}

  answer(request: SimulatedRequest): Answer {
    const [, , topic = '', id] = request.path.split('/');
    switch (topic) {
      case 'faults':
        return id === undefined ? this.faultsAnswer(request) : this.removeFault(request, id);
      case 'requests':
        return only('GET', request, () => this.requestsAnswer(request));
      case 'state':
        return only('GET', request, () => jsonAnswer(200, this.service.describe(limitOf(request))));
      case 'reset':
        return only('POST', request, () => {
          this.reset();
          return emptyAnswer(204);
        });
      default:
        return this.service.control(request) ?? problemAnswer(404, `no control route ${request.path}`);
    }
  }

  private faultsAnswer(request: SimulatedRequest): Answer {
    switch (request.method) {
      case 'GET':
        return jsonAnswer(200, this.faults.list());
      case 'DELETE':
        this.faults.clear();
        return emptyAnswer(204);
      case 'POST':
        return this.addFault(request);
      default:
        return problemAnswer(405, 'use GET, POST or DELETE', { allow: 'GET, POST, DELETE' });
    }
  }

  private addFault(request: SimulatedRequest): Answer {
    try {
      return jsonAnswer(201, { id: this.faults.add(parseFaultRule(request.body)) });
    } catch (error) {
      if (error instanceof InvalidFaultError) return problemAnswer(400, error.message);
      throw error;
    }
  }

  private removeFault(request: SimulatedRequest, id: string): Answer {
    return only('DELETE', request, () =>
      this.faults.remove(id) ? emptyAnswer(204) : problemAnswer(404, `no fault ${id}`),
    );
  }

  private requestsAnswer(request: SimulatedRequest): Answer {
    const { method, path, conversationId } = request.query;
    try {
      return jsonAnswer(
        200,
        this.requests.find({
          ...(method === undefined ? {} : { method }),
          ...(path === undefined ? {} : { path: new RegExp(path) }),
          ...(conversationId === undefined ? {} : { conversationId }),
          limit: limitOf(request),
        }),
      );
    } catch (error) {
      if (error instanceof SyntaxError) return problemAnswer(400, error.message);
      throw error;
    }
  }
}

export function only(method: string, request: SimulatedRequest, act: () => Answer): Answer {
  return request.method === method ? act() : problemAnswer(405, `use ${method}`, { allow: method });
}

export function limitOf(request: SimulatedRequest): number {
  const limit = Number(request.query.limit ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit >= 0 ? limit : DEFAULT_LIMIT;
}
