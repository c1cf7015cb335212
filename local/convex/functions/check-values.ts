import type { Json } from '../engine/contract';
import { fromJson, toText, ValueError } from '../values/convex-json';
import { matchesValue } from '../values/matcher';
import { checkValue, describeProblem, type ValidationContext } from '../values/validate';
import type { ValidatorJson } from '../values/validator';
import { FunctionFailure } from './user-errors';

/** What Convex takes as arguments, or as a result, of one call. */
const callBytesMax = 16 * 1024 * 1024;

/** Arguments as compact Convex-JSON text, once they match the function's validator. */
export function checkedArgs(
  args: Json,
  validator: ValidatorJson,
  context: ValidationContext,
): string {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new FunctionFailure(
      `ArgumentValidationError: Arguments must be one object, got ${JSON.stringify(args)?.slice(0, 200)}.`,
    );
  }
  return checked(args, validator, context, 'ArgumentValidationError');
}

/** A result as Convex-JSON, once it matches the function's `returns`. */
export function checkedResult(
  json: string,
  validator: ValidatorJson | null,
  context: ValidationContext,
): string {
  if (!validator) return json;
  return checked(JSON.parse(json) as Json, validator, context, 'ReturnsValidationError');
}

function checked(
  json: Json,
  validator: ValidatorJson,
  context: ValidationContext,
  kind: 'ArgumentValidationError' | 'ReturnsValidationError',
): string {
  try {
    const value = fromJson(json);
    const problem = matchesValue(validator, value, context)
      ? undefined
      : checkValue(validator, value, context);
    if (problem) throw new FunctionFailure(`${kind}: ${describeProblem(problem)}`);
    const text = toText(value);
    if (text.length > callBytesMax) {
      throw new FunctionFailure(
        `${kind}: The value is ${text.length} bytes; the maximum is ${callBytesMax} (16 MiB).`,
      );
    }
    return text;
  } catch (error) {
    if (error instanceof ValueError) throw new FunctionFailure(`${kind}: ${error.message}`);
    throw error;
  }
}
