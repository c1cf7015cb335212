import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { ConvexError } from 'convex/values';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorBody, errorCodes, type ErrorCode } from '../shared/error-codes';
import { AppError } from './app-error';
import { convexId, errorBodyOfTrpc, toTrpcError } from './trpc-errors';

const codes = Object.keys(errorCodes) as ErrorCode[];

describe('errors on their way out of tRPC', () => {
  it.each(codes)('%s keeps its code and gets the HTTP status of the table', (code) => {
    const fromConvex = new ConvexError({ ...errorBody(code, { field: 'role' }) });
    const error = toTrpcError(fromConvex);
    expect(errorBodyOfTrpc(error)).toEqual(errorBody(code, { field: 'role' }));
    expect(getHTTPStatusCodeFromError(error)).toBe(errorCodes[code].status);
  });

  it('hides unexpected texts behind INTERNAL and keeps them for the log', () => {
    const cause = new Error('password=hunter2');
    const error = toTrpcError(cause);
    expect(errorBodyOfTrpc(error)).toEqual(errorBody('INTERNAL'));
    expect(error.message).not.toContain('hunter2');
    expect((error.cause as AppError).cause).toBe(cause);
  });

  it('does not trust a ConvexError whose data is not one of our bodies', () => {
    const error = toTrpcError(new ConvexError({ code: 'OWNED', message: 'x' }));
    expect(errorBodyOfTrpc(error).code).toBe('INTERNAL');
  });

  it('calls an id that Convex refuses a bad request, and keeps Convex’s words to itself', () => {
    const words =
      '[Request ID: 1] Server Error\nArgumentValidationError: Path: .userId\nValue: "x"';
    const error = toTrpcError(new Error(words));
    expect(errorBodyOfTrpc(error)).toEqual(errorBody('INVALID_INPUT'));
    expect(getHTTPStatusCodeFromError(error)).toBe(400);
  });

  it('unwraps what tRPC wrapped', () => {
    const cause = new AppError('LAST_OWNER');
    const wrapped = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause });
    expect(errorBodyOfTrpc(toTrpcError(wrapped)).code).toBe('LAST_OWNER');
  });

  it('names the field of malformed input', () => {
    const parsed = z.strictObject({ userId: convexId }).safeParse({ userId: 'DROP TABLE' });
    const error = new TRPCError({ code: 'BAD_REQUEST', cause: parsed.error });
    expect(errorBodyOfTrpc(toTrpcError(error))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'userId',
    });
  });
});
