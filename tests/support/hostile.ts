import fc from 'fast-check';

/*
 * Input that nobody in their right mind sends: what a property test feeds to every door of the
 * product, alone or in place of one part of something valid.
 */

/** Own keys named like what every object has; only `JSON.parse` makes the first one. */
const prototypeKeys: unknown = JSON.parse(
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}',
);

const oddTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '\u202e\u2066abc\u2069',
  'e\u0301'.repeat(50),
  '👩‍👩‍👧‍👦'.repeat(20),
  '%00%ff%u0041',
  '../../../etc/passwd',
  '<script>alert(1)</script>',
  "'; DROP TABLE users; --",
  '${jndi:ldap://x}',
  '{"$ref":"#"}',
  '__proto__',
  '$undefined',
  '_id',
  'NaN',
  '9'.repeat(400),
];

const oddNumbers = [
  0,
  -0,
  -1,
  0.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 53,
  -(2 ** 53),
  8.64e15,
  8.64e15 + 1,
  1e21,
];

/** `[[[...]]]`, far deeper than Convex stores. */
export function nested(depth: number, as: 'array' | 'object' = 'array'): unknown {
  let value: unknown = 'the bottom';
  for (let i = 0; i < depth; i++) value = as === 'array' ? [value] : { a: value };
  return value;
}

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  // Giant, yet below what a webhook's body may hold.
  fc.integer({ min: 1_000, max: 100_000 }).map((length) => 'x'.repeat(length)),
);

/** Any JSON value, preferably an unpleasant one. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.constantFrom(...oddNumbers) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constantFrom<unknown>([], {}, [null], [[]], prototypeKeys) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 10, max: 2_000 }), fc.constantFrom('array', 'object'))
      .map(([depth, as]) => nested(depth, as)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 100, max: 5_000 }).map((length) => Array(length).fill('x')),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Keys and indexes that lead into a value. */
type Path = readonly (string | number)[];

function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Array.isArray(value)
    ? value.flatMap((item, i) => pathsIn(item, [...at, i]))
    : Object.entries(value).flatMap(([key, field]) => pathsIn(field, [...at, key]));
  return [at, ...inner];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => (i === step ? replaced(item, rest, by) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) =>
      key !== step
        ? [[key, field]]
        : by === undefined && rest.length === 0
          ? []
          : [[key, replaced(field, rest, by)]],
    ),
  );
}

/** `value` with one to three of its parts, the whole included, replaced by something hostile or gone. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const change = fc.tuple(
    fc.constantFrom(...pathsIn(value)),
    fc.oneof(
      { weight: 5, arbitrary: hostileValue },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
  );
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((all, [path, by]) => replaced(all, path, by), value));
}

/** What an address can carry: no half of a surrogate pair. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Bodies that are no JSON, or JSON cut off. */
export const brokenBodies = [
  '',
  'null',
  '[]',
  '"text"',
  '0',
  '{',
  '{"type":"user.created","data":',
  '{"type":"user.created","data":{"id":"user_1"}}trailing',
  '<xml/>',
  'a=b&c=d',
  '\ufeff{}',
  '['.repeat(20_000),
  '{"a":'.repeat(20_000),
  `"${'x'.repeat(200_000)}"`,
];

export const oddContentTypes = [
  '',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json, text/html',
  '\t',
  'x'.repeat(1_000),
];

const leaks = [
  /whsec_/,
  // The bare prefix stands in texts that tell how a key looks.
  /sk_(test|live)_\w{8}/,
  /BEGIN [A-Z ]*PRIVATE KEY/,
  /\n\s+at .+\(?.+:\d+:\d+\)?/,
  /node_modules/,
  /\/(convex|src|local)\/[\w/.-]+\.(ts|js):\d+/,
];

/** What an answer must never tell: a secret, or where in our code it went wrong. */
export function leakIn(text: string): string | undefined {
  return leaks.find((leak) => leak.test(text))?.source;
}
