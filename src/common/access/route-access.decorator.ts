import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { routeFacts } from '../server/route-facts';
import type { OperatorPage, RouteAccess } from './route-access';
import type { ScopeName } from './scope';

/** How the description of the API names the scope of a route. */
export const SCOPE_EXTENSION = 'x-required-scope';

/** Lets in who has this scope. A route that says neither this nor one of the below lets nobody in. */
export function Scope(scope: ScopeName): MethodDecorator {
  return applyDecorators(admit({ kind: 'scope', scope }), ApiExtension(SCOPE_EXTENSION, scope));
}

/** Lets everybody in, without a credential. */
export function Public(): MethodDecorator {
  return admit({ kind: 'public' });
}

/** Lets everybody in where the deployment says so, and otherwise anybody with a valid credential. */
export function PublicIf(page: OperatorPage): MethodDecorator {
  return admit({ kind: 'page', page });
}

/** Kept with the route, where it is known before the body of a request is read. */
function admit(access: RouteAccess): MethodDecorator {
  return routeFacts({ access });
}
