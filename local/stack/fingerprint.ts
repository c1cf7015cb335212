import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

function* filesUnder(absolute: string): Generator<string> {
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isFile()) {
    yield absolute;
    return;
  }
  const names = readdirSync(absolute).toSorted();
  for (const name of names) yield* filesUnder(path.join(absolute, name));
}

/**
 * Hash of the names and contents of files and folders below `root`, and of `extra`; equal exactly
 * when nothing changed. Missing entries count as empty. Tests are left out.
 */
export function fingerprint(
  root: string,
  entries: readonly string[],
  extra: string[] = [],
): string {
  const hash = createHash('sha256');
  for (const entry of entries) {
    for (const file of filesUnder(path.join(root, entry))) {
      if (/\.test\.tsx?$/.test(file)) continue;
      const content = readFileSync(file);
      hash.update(`${path.relative(root, file)}\0${content.length}\0`).update(content);
    }
  }
  for (const text of extra) hash.update(`${text.length}\0${text}`);
  return hash.digest('hex');
}
