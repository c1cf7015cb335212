/** With the `u` flag whole pairs are no surrogates. */
const loneSurrogate = /\p{Surrogate}/u;

/** Names are the caller's own text; nobody needs more of it back. */
const pathLengthMax = 100;

/**
 * Where in an input there is text with half of a surrogate pair: JSON can carry it, Convex cannot,
 * and says no more than that something failed.
 *
 * @returns the path with dots (empty: the input itself), or undefined when all texts are whole.
 */
export function malformedText(input: unknown): string | undefined {
  const waiting: { value: unknown; path: string }[] = [{ value: input, path: '' }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { value, path } = at;
    if (typeof value === 'string' && loneSurrogate.test(value)) return path;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, part] of Object.entries(value)) {
      if (loneSurrogate.test(name)) return path;
      waiting.push({
        value: part,
        path: (path === '' ? name : `${path}.${name}`).slice(0, pathLengthMax),
      });
    }
  }
  return undefined;
}
