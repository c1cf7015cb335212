export interface Candidate {
  /** Grows with creation. */
  doc: number;
  /** In the order of the text, repeated ones repeated. */
  words: readonly string[];
}

/** The usual constants of BM25: how fast repetitions saturate, how much long texts are held back. */
const saturation = 1.2;
const lengthWeight = 0.75;
/** Of a word that only begins like the last one typed, beside one that equals it. */
const prefixWeight = 0.5;

/**
 * Best first by BM25, then the newer document first, as Convex documents it. How common a word is
 * and how long texts are is taken from the candidates, not from the whole table: so a result
 * changes with matching documents only, and live queries need not run again for any others.
 */
export function rank(candidates: readonly Candidate[], words: readonly string[]): number[] {
  const frequencies = candidates.map((candidate) => frequenciesIn(candidate, words));
  const weights = words.map((_, at) => rarity(frequencies, at));
  const wordsInAll = candidates.reduce((sum, candidate) => sum + candidate.words.length, 0);
  const usualLength = wordsInAll / Math.max(1, candidates.length);
  const scored = candidates.map(({ doc, words: text }, i) => {
    const share = 1 - lengthWeight + (lengthWeight * text.length) / usualLength;
    let score = 0;
    for (const [at, weight] of weights.entries()) {
      const frequency = frequencies[i]?.[at] ?? 0;
      score += (weight * frequency * (saturation + 1)) / (frequency + saturation * share);
    }
    return { doc, score };
  });
  return scored.sort((a, b) => b.score - a.score || b.doc - a.doc).map(({ doc }) => doc);
}

/** How often each of the words is in a text; the last one also as the beginning of others. */
function frequenciesIn({ words: text }: Candidate, words: readonly string[]): number[] {
  const last = words.length - 1;
  const prefix = words[last] ?? '';
  const counts = words.map(() => 0);
  for (const word of text) {
    const at = words.indexOf(word);
    if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
    if (at !== last && word.startsWith(prefix)) counts[last] = (counts[last] ?? 0) + prefixWeight;
  }
  return counts;
}

/** Inverse document frequency. */
function rarity(frequencies: readonly (readonly number[])[], at: number): number {
  let holders = 0;
  for (const counts of frequencies) if ((counts[at] ?? 0) > 0) holders++;
  return Math.log(1 + (frequencies.length - holders + 0.5) / (holders + 0.5));
}
