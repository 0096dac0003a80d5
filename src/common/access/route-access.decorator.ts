import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { routeFacts } from '../server/route-facts';
import type { OperatorPage, RouteAccess } from './route-access';
import type { ScopeName } from './scope';

/** The name of the scope of a route in the API description. */
export const SCOPE_EXTENSION = 'x-required-scope';

/** Requires this scope. A route with neither this decorator nor one of the following refuses every caller. */
export function Scope(scope: ScopeName): MethodDecorator {
  return applyDecorators(admit({ kind: 'scope', scope }), ApiExtension(SCOPE_EXTENSION, scope));
}

/** Requires no credential. */
export function Public(): MethodDecorator {
  return admit({ kind: 'public' });
}

/** Requires any valid credential, with whatever scopes. */
export function AnyCaller(): MethodDecorator {
  return admit({ kind: 'caller' });
}

/** Requires no credential if the deployment opens the page, otherwise any valid credential. */
export function PublicIf(page: OperatorPage): MethodDecorator {
  return admit({ kind: 'page', page });
}

/** Stored with the route, where it is available before the body of a request is read. */
function admit(access: RouteAccess): MethodDecorator {
  return routeFacts({ access });
}
