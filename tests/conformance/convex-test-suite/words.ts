/**
 * convex-test has words of its own for some refusals, and its tests look for them. The runtime says
 * what Convex says; here is which of the mock's words mean the same. A refusal of another kind gets
 * none of them, so that a test still fails when a call is refused for the wrong reason.
 */
const meanings: [convex: RegExp, mock: string][] = [
  [/^ArgumentValidationError: /, 'Validator error'],
  [/^Failed to insert or update a document .* does not match the schema/, 'Validator error'],
  [/^ReturnsValidationError: /, 'Return value validation failed'],
  [
    /^Invalid argument `id` for `db\.\w+`: expected an id of table "(.*)", got ".*" of table "(.*)"\./,
    "Invalid argument `id`, expected ID in table '$1' but got ID in table '$2'",
  ],
  [/^Document ".*": _id cannot be changed/, 'does not match the document ID'],
  [
    /^The range of index .* has two (?:lower|upper) bounds on/,
    'cannot chain more operators after both `.gt` and `.lt` were already used',
  ],
  [/^Too many documents read in /, 'Scanned too many documents'],
  [/^Too many writes in /, 'Wrote too many documents'],
];

/** The runtime's words, and the mock's behind them. */
export function inMockWords(message: string): string {
  const [line = ''] = message.split('\n');
  for (const [convex, mock] of meanings) {
    const found = convex.exec(line);
    if (found) return `${message}\n${found[0].replace(convex, mock)}`;
  }
  return message;
}
