import { failureOf } from '../functions/user-errors';
import { ActionCall, type ActionServices } from './action-call';
import type { CallContext } from './call-context';
import type { LiveComponent } from './live-code';

const httpModule = 'http.js';

interface HttpRouter {
  lookup(
    path: string,
    method: string,
  ): readonly [{ invokeHttpAction(request: Request): unknown }, string, string] | null;
}

/**
 * Runs the HTTP action that a request is routed to, in the app or in a component mounted under a
 * prefix. `null` when the app routes nothing at all.
 */
export async function runHttpAction(
  request: Request,
  context: CallContext,
  services: ActionServices,
): Promise<Response | null> {
  const app = context.code.component('');
  if (!app) return null;
  const url = new URL(request.url);
  const { component, path } = route(context, app, url.pathname);
  if (!component.scripts.modules.has(httpModule)) {
    return component === app ? null : notRouted(url.pathname);
  }
  let routed = true;
  const call = new ActionCall(
    { component, path: `${request.method} ${url.pathname}` },
    context,
    services,
    { name: 'http' },
  );
  const outcome = await component.actions().run<unknown>(
    httpModule,
    (exports) => {
      // Analysis at push checked the default export.
      const found = (exports['default'] as HttpRouter).lookup(path, request.method);
      routed = found !== null;
      return found?.[0].invokeHttpAction(request);
    },
    call,
  );
  if (!routed) return notRouted(url.pathname);
  if (outcome.kind === 'threw') {
    const { message } = failureOf(outcome.thrown, context.code.scriptsOf);
    call.log('error', message);
    return errorResponse(context.requestId, message);
  }
  if (outcome.value instanceof Response) return outcome.value;
  return errorResponse(
    context.requestId,
    `The HTTP action for ${url.pathname} did not return a Response.`,
  );
}

/** The longest mount that the path lies under, followed down. */
function route(
  { code }: CallContext,
  component: LiveComponent,
  path: string,
): { component: LiveComponent; path: string } {
  const mounts = Object.entries(component.pushed.definition.httpMounts);
  mounts.sort(([a], [b]) => b.length - a.length);
  for (const [prefix, child] of mounts) {
    const mounted = code.component(component.childPath(child));
    if (mounted && path.startsWith(prefix)) {
      return route({ code } as CallContext, mounted, `/${path.slice(prefix.length)}`);
    }
  }
  return { component, path };
}

function notRouted(path: string): Response {
  return new Response(`No HttpAction routed for ${path}`, { status: 404 });
}

function errorResponse(requestId: string, trace: string): Response {
  return Response.json({ code: `[Request ID: ${requestId}] Server Error`, trace }, { status: 500 });
}
