import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseFile } from '../../local/convex/store/database-file';

const commits = 500;
const rowBytes = 200;

/**
 * What the disk alone allows: commits a second of one small row each, with the store's own
 * settings of SQLite, one after the other. No mutation in sequence can be faster.
 */
export function measureDisk(): number {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-disk-'));
  const file = new DatabaseFile(folder);
  try {
    const insert = 'INSERT INTO system_rows (bucket, key, value) VALUES (?, ?, ?)';
    const value = JSON.stringify('x'.repeat(rowBytes));
    const startedAtMs = performance.now();
    for (let n = 0; n < commits; n += 1) {
      file.exec('BEGIN IMMEDIATE');
      file.statement(insert).run('disk', String(n), value);
      file.exec('COMMIT');
    }
    return Math.round((commits / (performance.now() - startedAtMs)) * 1_000);
  } finally {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
