import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { build } from 'esbuild';
import { fingerprint } from './fingerprint';
import { rootDir } from './settings';

/** Beside the packages it imports; a fresh installation makes it anew. */
const cacheDir = path.join(rootDir, 'node_modules', '.cache', 'rollcall-convex');
const sources = ['local/convex', 'package-lock.json'];
/** Read at run time, from beside the code. */
const prelude = 'local/convex/functions/prelude';
/** Of earlier states of the sources: whoever works on them goes back and forth. */
const programsKept = 5;
const entry = 'main.mjs';

/**
 * The local Convex as one file, for `node`. Loaded through `tsx`, it takes twice the processor time
 * to start and a fifth more for every call, for `tsx` has esbuild name each closure as it is made.
 */
export async function convexProgram(): Promise<string> {
  const dir = path.join(cacheDir, fingerprint(rootDir, sources).slice(0, 20));
  const file = path.join(dir, entry);
  if (existsSync(file)) return file;
  const fresh = path.join(cacheDir, `.${randomUUID()}`);
  mkdirSync(fresh, { recursive: true });
  await build({
    absWorkingDir: rootDir,
    entryPoints: ['local/convex/main.ts'],
    outfile: path.join(fresh, entry),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  cpSync(path.join(rootDir, prelude), path.join(fresh, 'prelude'), { recursive: true });
  putInPlace(fresh, dir);
  forgetOlder();
  return file;
}

/** Whole or not at all: another process may be making the same one. */
function putInPlace(fresh: string, dir: string): void {
  try {
    renameSync(fresh, dir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(path.join(dir, entry))) throw error;
  }
}

function forgetOlder(): void {
  const made = readdirSync(cacheDir)
    .filter((name) => !name.startsWith('.'))
    .map((name) => path.join(cacheDir, name))
    .map((dir) => ({ dir, madeMs: statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.madeMs - a.madeMs);
  for (const { dir } of made.slice(programsKept)) rmSync(dir, { recursive: true, force: true });
}
