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

/** The first thing that a schema found: where, and what about it. */
export function refusalOfInput({ issues }: ZodError): ErrorBody {
  const [issue] = issues;
  if (issue === undefined) return errorBody('INVALID_INPUT');
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...issue.path, ...unknown].map(String).join('.') || undefined;
  const found = unknown.length > 0 ? 'there is no such field here.' : issue.message;
  const message = field === undefined ? `The input: ${found}` : `${field}: ${found}`;
  return errorBody('INVALID_INPUT', {
    message: message.slice(0, messageLengthMax),
    ...(field !== undefined && { field: field.slice(0, fieldLengthMax) }),
  });
}

/** Names of fields are the caller's own text; nobody needs more of it back. */
const fieldLengthMax = 100;
const messageLengthMax = 500;

/** tRPC's own refusals (unknown procedure, wrong method, malformed input) in our table's words. */
function ownRefusal(error: TRPCError): ErrorBody {
  if (error.cause instanceof ZodError) return refusalOfInput(error.cause);
  switch (error.code) {
    case 'NOT_FOUND':
      return errorBody('NOT_FOUND');
    case 'METHOD_NOT_SUPPORTED':
      return errorBody('METHOD_NOT_ALLOWED', {
        message: 'Queries are asked by GET, commands are sent by POST.',
      });
    case 'UNSUPPORTED_MEDIA_TYPE':
      return errorBody('UNSUPPORTED_MEDIA_TYPE');
    case 'PAYLOAD_TOO_LARGE':
      return errorBody('BODY_TOO_LARGE');
    case 'INTERNAL_SERVER_ERROR':
      return errorBody('INTERNAL');
    default:
      return errorBody('INVALID_INPUT', {
        message: 'The request is no call of tRPC: send the input as JSON, as superjson writes it.',
      });
  }
}

/** The coded body that goes out with a tRPC error. */
export function errorBodyOfTrpc(error: TRPCError): ErrorBody {
  return error.cause instanceof AppError ? error.cause.body : ownRefusal(error);
}

/** What an id of Convex looks like; Convex itself checks checksum and table. */
export const convexId = z.string().regex(/^[0-9A-Za-z]{20,64}$/, 'is not an id');
