import { isValueObject } from './convex-json';
import type { Value } from './value';

/** `a.b.c` of a document; `undefined` where a step is missing or not an object. */
export function fieldAt(value: Value | undefined, path: readonly string[]): Value | undefined {
  let current = value;
  for (const step of path) {
    if (!isValueObject(current) || !Object.hasOwn(current, step)) return undefined;
    current = current[step];
  }
  return current;
}
