import { isLoopbackOrigin } from '../http/origins';
import { route, type Handler, type Method, type Route } from '../http/router';
import { frontendErrors } from './errors';

/**
 * A route of the Frontend API. It hands out session tokens, so pages from elsewhere than this
 * machine are refused; servers and address bars send no `Origin`.
 */
export function frontendRoute(method: Method, pattern: string, handler: Handler): Route {
  return route(method, pattern, (ctx) => {
    const { origin } = ctx.headers;
    if (origin !== undefined && !isLoopbackOrigin(origin)) throw frontendErrors.originInvalid();
    return handler(ctx);
  });
}
