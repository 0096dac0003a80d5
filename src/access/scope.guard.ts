import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessOf } from '../common/access/route-access';
import { AccessService } from './access.service';
import { RequestCallers } from './request-callers';

/** Stands before every route of every controller and lets through who may use it. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly access: AccessService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const access = accessOf(request);
    if (!this.access.isPublic(access)) {
      this.access.authorize(RequestCallers.get(request), access, request.routeOptions.url);
    }
    return true;
  }
}
