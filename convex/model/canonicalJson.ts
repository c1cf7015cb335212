/** Deeper values are refused: Convex nests 16 levels, Clerk's metadata far fewer. */
const depthMax = 32;

/**
 * JSON with sorted keys and no spaces: equal values give equal text. Keys whose value is undefined
 * are left out. Throws `RangeError` for values nested deeper than 32 levels.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > depthMax) throw new RangeError(`value is nested deeper than ${depthMax} levels`);
  if (Array.isArray(value)) {
    return `[${value.map((item) => write(item ?? null, depth + 1)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    return writeFields(Object.entries(value), depth);
  }
  return JSON.stringify(value ?? null);
}

function writeFields(fields: [string, unknown][], depth: number): string {
  // One field is sorted as it is: the metadata of nearly everybody, whom a sync reads.
  if (fields.length > 1) fields.sort(([a], [b]) => (a < b ? -1 : 1));
  let text = '';
  for (const [key, field] of fields) {
    if (field === undefined) continue;
    if (text !== '') text += ',';
    text += `${JSON.stringify(key)}:${write(field, depth + 1)}`;
  }
  return `{${text}}`;
}
