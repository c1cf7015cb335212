import type { Json } from '../engine/contract';
import { fromJson, toText, ValueError } from '../values/convex-json';
import { matchesValue } from '../values/matcher';
import { checkPlainShape, documentLimits, mib } from '../values/size';
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
  if (!fn.returns && !mayExceed(json)) return json;
  return checked(JSON.parse(json) as Json, fn.returns ?? { type: 'any' }, context, {
    error: 'ReturnsValidationError',
    tooLarge: `Function ${fn.path} return value is too large`,
  });
}

/** Whether a value might be beyond a limit of Convex; from its text, without reading it. */
function mayExceed(json: string): boolean {
  if (json.length < shapedTextMin) return false;
  if (json.length > callBytesMax) return true;
  let commas = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charAt(at)) {
      case '"':
        at = endOfString(json, at);
        break;
      case ',':
        // One fewer than fields or elements, of which an array may have more.
        if ((commas += 1) >= documentLimits.fields) return true;
        break;
      case '[':
      case '{':
        if ((depth += 1) >= documentLimits.nesting) return true;
        break;
      case ']':
      case '}':
        depth -= 1;
    }
  }
  return false;
}

/** Where the string that begins at `start` ends. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
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
