/**
 * `npm run bundle-size`: what the pages with a budget load of the build in `dist/`, gzipped; the
 * exit code is 1 when one is over it.
 */
import path from 'node:path';
import { bundleBudgets, gzipBytesOf, pageBundle, type BudgetedPage } from './support/bundle';

const distDir = path.join(import.meta.dirname, '..', 'dist');
/** Smaller ones are summed up. */
const shownBytesMin = 1_000;

const kb = (bytes: number) => `${(bytes / 1_000).toFixed(1).padStart(7)} kB`;
const print = (line: string) => process.stdout.write(`${line}\n`);

// The keys are exactly those of the table.
for (const page of Object.keys(bundleBudgets) as BudgetedPage[]) {
  const chunks = await pageBundle(distDir, page);
  const budget = bundleBudgets[page];
  const total = gzipBytesOf(chunks);
  const large = chunks.filter(({ gzipBytes }) => gzipBytes >= shownBytesMin);
  print(page);
  for (const { file, gzipBytes } of large) print(`${kb(gzipBytes)}  ${file}`);
  print(`${kb(total - gzipBytesOf(large))}  ${chunks.length - large.length} smaller ones`);
  print(
    `${kb(total)}  of ${kb(budget).trim()}: ${total > budget ? 'over budget' : 'within budget'}`,
  );
  if (total > budget) process.exitCode = 1;
}
