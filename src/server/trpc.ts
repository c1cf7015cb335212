import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { ZodError } from 'zod';
import { AppError } from './app-error';
import type { TrpcContext } from './context';
import { toAppError } from './convex-client';
import type { ProcedureMeta } from './rest/meta';
import { annotateRequest } from './request-event';
import { errorBodyOfTrpc, toTrpcError } from './trpc-errors';
import { refusalOfUnknownId } from './unknown-id';
import { malformedText } from './well-formed';

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
export const procedure = t.procedure.use(coded).use(async ({ ctx, next, getRawInput }) => {
  const caller = await ctx.caller();
  if (!caller) throw new AppError('UNAUTHENTICATED');
  annotateRequest({ userId: caller.userId });
  const convex = await caller.convex().catch((error: unknown) => {
    throw toAppError(error);
  });
  const input = await getRawInput();
  const broken = malformedText(input);
  if (broken !== undefined) {
    const message = `${broken || 'The input'}: holds half of a character (a lone surrogate).`;
    throw new AppError('INVALID_INPUT', { message, ...(broken && { field: broken }) });
  }
  const result = await next({ ctx: { caller, convex } });
  // Malformed input has been named by its schema already.
  if (result.ok || result.error.cause instanceof ZodError) return result;
  const thrown = result.error.cause ?? result.error;
  const refusal = await refusalOfUnknownId(thrown, input, convex);
  return refusal ? { ...result, error: toTrpcError(refusal) } : result;
});
