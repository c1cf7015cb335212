import type { Json } from '../engine/contract';
import { fromJson, toText, ValueError } from '../values/convex-json';
import { matchesValue } from '../values/matcher';
import { checkPlainShape, mib } from '../values/size';
import { checkValue, describeProblem, type ValidationContext } from '../values/validate';
import type { ValidatorJson } from '../values/validator';
import { FunctionFailure } from './user-errors';

/** What Convex takes as arguments, or as a result, of one call. */
const callBytesMax = 16 * 1024 * 1024;
/** No shorter text holds an array or object beyond the limits of Convex. */
const shapedTextMin = 4096;

/** What is said of the function whose values are checked. */
interface Checked {
  path: string;
  args: ValidatorJson;
  returns: ValidatorJson | null;
}

/** Arguments as compact Convex-JSON text, once they match the function's validator. */
export function checkedArgs(
  args: Json,
  fn: Pick<Checked, 'path' | 'args'>,
  context: ValidationContext,
): string {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new FunctionFailure(
      `ArgumentValidationError: Arguments must be one object, got ${JSON.stringify(args)?.slice(0, 200)}.`,
    );
  }
  return checked(args, fn.args, context, {
    error: 'ArgumentValidationError',
    tooLarge: `Arguments for ${fn.path} are too large`,
  });
}

/** A result as Convex-JSON, once it matches the function's `returns`. */
export function checkedResult(
  json: string,
  fn: Pick<Checked, 'path' | 'returns'>,
  context: ValidationContext,
): string {
  if (!fn.returns && json.length < shapedTextMin) return json;
  return checked(JSON.parse(json) as Json, fn.returns ?? { type: 'any' }, context, {
    error: 'ReturnsValidationError',
    tooLarge: `Function ${fn.path} return value is too large`,
  });
}

function checked(
  json: Json,
  validator: ValidatorJson,
  context: ValidationContext,
  words: { error: 'ArgumentValidationError' | 'ReturnsValidationError'; tooLarge: string },
): string {
  try {
    const value = fromJson(json);
    const problem = matchesValue(validator, value, context)
      ? undefined
      : checkValue(validator, value, context);
    if (problem) throw new FunctionFailure(`${words.error}: ${describeProblem(problem)}`);
    const text = toText(value);
    if (text.length > callBytesMax) {
      throw new FunctionFailure(`${words.tooLarge} (${mib(text.length)}, limit: 16 MiB)`);
    }
    if (text.length >= shapedTextMin) checkPlainShape(value);
    return text;
  } catch (error) {
    if (error instanceof ValueError) throw new FunctionFailure(`${words.error}: ${error.message}`);
    throw error;
  }
}
