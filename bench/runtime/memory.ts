import { readFileSync } from 'node:fs';
import { drive } from '../statistics';
import type { Deployment } from './deployment';

const inFlight = 16;
/** Calls between two readings. */
const slice = 2_000;
const kibPerMib = 1024;

/** Resident memory in MiB; NaN where there is no `/proc`. */
function memoryMiB(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / kibPerMib);
  } catch {
    return Number.NaN;
  }
}

/**
 * A mixed load (changes of people with their indexes and search, pages of 20) for some minutes.
 * Flat means: no higher in the last quarter than in the second one, when caches are full.
 */
export async function measureMemory(deployment: Deployment, minutes: number) {
  const endAtMs = performance.now() + minutes * 60_000;
  const readings: number[] = [];
  let calls = 0;
  const call = async () => {
    const n = calls++;
    if (n % 4 === 0) await deployment.call('query', 'page', { from: `ada ${n % 10}` });
    else await deployment.call('mutation', 'rename', { n: n % 1_000, name: `Renamed ${n}` });
  };
  while (performance.now() < endAtMs) {
    await drive(slice, inFlight, call);
    readings.push(memoryMiB(deployment.pid));
  }
  const quarter = (which: number) => {
    const size = Math.max(1, Math.floor(readings.length / 4));
    const part = readings.slice((which - 1) * size, which * size);
    return Math.max(...(part.length > 0 ? part : readings));
  };
  const [secondQuarterMiB, lastQuarterMiB] = [quarter(2), quarter(4)];
  const text = `${secondQuarterMiB} MiB in the second quarter, ${lastQuarterMiB} in the last, of ${minutes} min and ${calls} calls`;
  return { minutes, calls, secondQuarterMiB, lastQuarterMiB, readings, text };
}
