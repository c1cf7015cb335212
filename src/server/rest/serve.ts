import { serverEnv } from '../../env.server';
import { errorBody } from '../../shared/error-codes';
import { createContext } from '../context';
import { appRouter } from '../routers/app';
import { restHandler } from './handle';
import { openApiDocument } from './openapi';

let handle: ReturnType<typeof restHandler> | undefined;

/** `/api/v1` and `/api/admin` of this server. */
export function handleRest(request: Request): Promise<Response> {
  handle ??= restHandler({ router: appRouter, createContext: (req) => createContext({ req }) });
  return handle(request);
}

/** `/api/openapi.json` of this server. */
export function serveOpenApi(request: Request): Response {
  if (!['GET', 'HEAD'].includes(request.method)) {
    const headers = { allow: 'GET, HEAD' };
    return Response.json(errorBody('METHOD_NOT_ALLOWED'), { status: 405, headers });
  }
  const url = serverEnv().ROLLCALL_URL ?? new URL(request.url).origin;
  return Response.json(openApiDocument(appRouter, url));
}
