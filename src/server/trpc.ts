import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { AppError } from './app-error';
import type { TrpcContext } from './context';
import { toAppError } from './convex-client';
import type { ProcedureMeta } from './rest/meta';
import { annotateRequest } from './request-event';
import { errorBodyOfTrpc, toTrpcError } from './trpc-errors';

const t = initTRPC
  .context<TrpcContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    errorFormatter({ shape, error }) {
      const body = errorBodyOfTrpc(error);
      // Neither stacks nor unexpected texts leave the server: the body says all that is for people.
      return {
        code: shape.code,
        message: body.message,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          error: body,
        },
      };
    },
  });

export const router = t.router;
export const { createCallerFactory } = t;

const coded = t.middleware(async ({ next, path }) => {
  annotateRequest({ procedure: path });
  const result = await next();
  return result.ok ? result : { ...result, error: toTrpcError(result.error) };
});

/** A procedure for signed-in people, acting in Convex with their own token. The default here. */
export const procedure = t.procedure.use(coded).use(async ({ ctx, next }) => {
  const caller = await ctx.caller();
  if (!caller) throw new AppError('UNAUTHENTICATED');
  annotateRequest({ userId: caller.userId });
  const convex = await caller.convex().catch((error: unknown) => {
    throw toAppError(error);
  });
  return next({ ctx: { caller, convex } });
});
