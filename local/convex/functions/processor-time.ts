/** A reading of the processor's clock may be this old: asking costs more than many a function. */
const readingMsMax = 50;
let reading = { atMs: -Infinity, cpuMs: 0 };

/** Of the whole process, so an upper bound of what the function used. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** As `cpuMs`, a moment ago. */
export function recentCpuMs(): number {
  const now = performance.now();
  if (now - reading.atMs > readingMsMax) reading = { atMs: now, cpuMs: cpuMs() };
  return reading.cpuMs;
}
