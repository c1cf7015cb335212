/** Lone surrogates, which JSON can carry but Convex refuses to store. */
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

const anySurrogate = /[\uD800-\uDFFF]/;

/** A storable, trimmed string of at most `max` UTF-16 units; undefined when nothing is left. */
export function cleanText(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Nearly every text is clean already; a sync looks at a million of them.
  if (value.length <= max && !anySurrogate.test(value)) return value.trim() || undefined;
  const text = value
    .slice(0, max + 1_000)
    .replace(loneSurrogate, '\uFFFD')
    .trim()
    .slice(0, max)
    // The cut may have split a pair.
    .replace(loneSurrogate, '');
  return text === '' ? undefined : text;
}
