import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { build } from 'esbuild';
import { fingerprint } from './fingerprint';
import { rootDir } from './settings';

/** Beside the packages that programs import; a fresh installation makes them anew. */
const cachesDir = path.join(rootDir, 'node_modules', '.cache');
/** Of earlier states of the sources: whoever works on them goes back and forth. */
const programsKept = 5;
const entryName = 'main.mjs';

export interface ProgramSources {
  /** Names its folder in the cache. */
  name: string;
  entry: string;
  /** Programs that it starts as threads, each a file beside it. */
  threads?: readonly string[];
  /** Files and folders whose change makes it be built anew; the lockfile always is. */
  sources: readonly string[];
  /** A folder that it reads from beside its code. */
  beside?: string;
}

/**
 * A program of this repository as one file, for `node`, built once per state of its sources. Loaded
 * through `tsx`, a program takes two to three times the processor time to start.
 */
export async function bundledProgram(program: ProgramSources): Promise<string> {
  const cacheDir = path.join(cachesDir, program.name);
  const hash = fingerprint(rootDir, [...program.sources, 'package-lock.json']);
  const dir = path.join(cacheDir, hash.slice(0, 20));
  const file = path.join(dir, entryName);
  if (existsSync(file)) return file;
  const fresh = path.join(cacheDir, `.${randomUUID()}`);
  mkdirSync(fresh, { recursive: true });
  await build({
    absWorkingDir: rootDir,
    entryPoints: [
      { in: program.entry, out: path.parse(entryName).name },
      ...(program.threads ?? []).map((file) => ({ in: file, out: path.parse(file).name })),
    ],
    outdir: fresh,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  if (program.beside !== undefined) {
    const copy = path.join(fresh, path.basename(program.beside));
    cpSync(path.join(rootDir, program.beside), copy, { recursive: true });
  }
  putInPlace(fresh, dir);
  forgetOlder(cacheDir);
  return file;
}

/** Whole or not at all: another process may be making the same one. */
function putInPlace(fresh: string, dir: string): void {
  try {
    renameSync(fresh, dir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(path.join(dir, entryName))) throw error;
  }
}

function forgetOlder(cacheDir: string): void {
  const made = readdirSync(cacheDir)
    .filter((name) => !name.startsWith('.'))
    .map((name) => path.join(cacheDir, name))
    .map((dir) => ({ dir, madeMs: statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.madeMs - a.madeMs);
  for (const { dir } of made.slice(programsKept)) rmSync(dir, { recursive: true, force: true });
}
