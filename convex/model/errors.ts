import { ConvexError } from 'convex/values';
import { errorBody, type ErrorBody, type ErrorCode } from '../../src/shared/error-codes';

/** Ends a function with a coded error; everything it wrote is rolled back. */
export function fail(code: ErrorCode, details: Partial<Omit<ErrorBody, 'code'>> = {}): never {
  throw new ConvexError({ ...errorBody(code, details) });
}
