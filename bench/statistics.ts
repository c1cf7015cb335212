/** The middle and the tail of a sample. */
export interface Spread {
  samples: number;
  medianMs: number;
  p95Ms: number;
  p99Ms: number;
}

function quantile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.max(0, index)] ?? Number.NaN;
}

/** Nearest-rank quantiles; `p99Ms` of fewer than 100 samples is their maximum. */
export function spread(valuesMs: readonly number[]): Spread {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    samples: sorted.length,
    medianMs: round(quantile(sorted, 0.5)),
    p95Ms: round(quantile(sorted, 0.95)),
    p99Ms: round(quantile(sorted, 0.99)),
  };
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Runs `count` jobs with at most `inFlight` at a time; each job's time, and the whole's. */
export async function drive(
  count: number,
  inFlight: number,
  job: (index: number) => Promise<void>,
): Promise<{ eachMs: number[]; totalMs: number }> {
  const eachMs: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      const startedAtMs = performance.now();
      await job(index);
      eachMs.push(performance.now() - startedAtMs);
    }
  };
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { eachMs, totalMs: performance.now() - startedAtMs };
}

export function describe({ medianMs, p99Ms, samples }: Spread): string {
  return `median ${medianMs} ms, p99 ${p99Ms} ms (${samples} samples)`;
}
