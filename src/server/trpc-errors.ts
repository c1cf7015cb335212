import { TRPCError } from '@trpc/server';
import { z, ZodError } from 'zod';
import { errorBody, errorCodes, type ErrorBody } from '../shared/error-codes';
import { AppError } from './app-error';
import { toAppError } from './convex-client';

type TrpcCode = TRPCError['code'];

/** HTTP status of our code table -> tRPC's name for it. */
const trpcCodes: Record<number, TrpcCode> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_SUPPORTED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
};

export function trpcCodeOf(body: ErrorBody): TrpcCode {
  return trpcCodes[errorCodes[body.code].status] ?? 'INTERNAL_SERVER_ERROR';
}

/** Any failure inside a procedure as the one error that tRPC sends; our own error is its cause. */
export function toTrpcError(error: unknown): TRPCError {
  if (
    error instanceof TRPCError &&
    !(error.cause instanceof AppError) &&
    error.code !== 'INTERNAL_SERVER_ERROR'
  ) {
    return error;
  }
  const appError = toAppError(error instanceof TRPCError ? (error.cause ?? error) : error);
  return new TRPCError({
    code: trpcCodeOf(appError.body),
    message: appError.body.message,
    cause: appError,
  });
}

/** tRPC's own refusals (unknown procedure, wrong method, malformed input) in our table's words. */
function ownRefusal(error: TRPCError): ErrorBody {
  if (error.cause instanceof ZodError) {
    const issue = error.cause.issues[0];
    const field = issue?.path.join('.') || undefined;
    const message = issue ? `${field ? `${field}: ` : ''}${issue.message}` : undefined;
    return errorBody('INVALID_INPUT', { field, ...(message && { message }) });
  }
  switch (error.code) {
    case 'NOT_FOUND':
      return errorBody('NOT_FOUND');
    case 'PAYLOAD_TOO_LARGE':
      return errorBody('BODY_TOO_LARGE');
    case 'INTERNAL_SERVER_ERROR':
      return errorBody('INTERNAL');
    default:
      return errorBody('INVALID_INPUT');
  }
}

/** The coded body that goes out with a tRPC error. */
export function errorBodyOfTrpc(error: TRPCError): ErrorBody {
  return error.cause instanceof AppError ? error.cause.body : ownRefusal(error);
}

/** What an id of Convex looks like; Convex itself checks checksum and table. */
export const convexId = z.string().regex(/^[0-9A-Za-z]{20,64}$/, 'is not an id');
