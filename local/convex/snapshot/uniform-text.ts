/**
 * Documents as Convex Cloud writes them beside a `generated_schema.jsonl` that says `"uniform"`:
 * int64 are numbers without a point, float64 always have a point or an exponent, and what JSON
 * cannot say keeps its tag. JavaScript's JSON knows only one kind of number, hence by text.
 */

/** A tagged int64, a text, or a number: what is looked at in turn, so nothing inside texts is. */
const tokens = /\{"\$integer":"([^"]*)"\}|"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** Not inside a text, where quotes are escaped. */
const tagged = /\{"\$(?:integer|float|bytes)":/;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** Whether a document, as Convex-JSON, has a value that plain JSON cannot tell from others. */
export function needsTypes(line: string): boolean {
  return tagged.test(line);
}

/** @param line a document as Convex-JSON. */
export function toUniform(line: string): string {
  return line.replace(tokens, (token, integer: string | undefined) => {
    if (integer !== undefined) return String(Buffer.from(integer, 'base64').readBigInt64LE());
    if (token.startsWith('"') || /[.eE]/.test(token)) return token;
    return `${token}.0`;
  });
}

/** The document as Convex-JSON. */
export function fromUniform(line: string): string {
  return line.replace(tokens, (token) => {
    // A negative zero is a float: integers have none.
    if (/^[{"]|[.eE]|^-0$/.test(token)) return token;
    return taggedInteger(BigInt(token)) ?? token;
  });
}

/** Undefined beyond 64 bits. */
export function taggedInteger(value: bigint): string | undefined {
  if (value < int64Min || value > int64Max) return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return `{"$integer":"${bytes.toString('base64')}"}`;
}
