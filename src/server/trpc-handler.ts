import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { errorBody } from '../shared/error-codes';
import { cappedBody, withBody } from './capped-body';
import { createContext } from './context';
import { errorField } from './log';
import { annotateRequest } from './request-event';
import { appRouter } from './routers/app';
import { errorBodyOfTrpc } from './trpc-errors';

/** Commands are small; anything larger is no command. */
const bodyBytesMax = 64 * 1024;

/** Calls in one request: every page sends them one by one. */
const batchMax = 20;

const tooLarge = () => Response.json(errorBody('BODY_TOO_LARGE'), { status: 413 });

/** Serves `/api/trpc`. Expected failures go into the log by code, unexpected ones whole. */
export async function handleTrpc(request: Request): Promise<Response> {
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytesMax) {
    return tooLarge();
  }
  // A body sent in chunks names no length beforehand.
  const body = await cappedBody(request, bodyBytesMax);
  if (body === 'tooLarge') return tooLarge();
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: body ? withBody(request, body) : request,
    router: appRouter,
    maxBatchSize: batchMax,
    createContext,
    onError({ error }) {
      const body = errorBodyOfTrpc(error);
      annotateRequest({ code: body.code });
      const cause = error.cause?.cause;
      if (body.code === 'INTERNAL') annotateRequest({ error: errorField(cause ?? error) });
      else if (cause instanceof Error) annotateRequest({ trouble: errorField(cause).message });
    },
    responseMeta({ errors }) {
      const waitMs = errors.map((error) => errorBodyOfTrpc(error).retryAfterMs).find(Boolean);
      if (waitMs === undefined) return {};
      return { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } };
    },
  });
}
