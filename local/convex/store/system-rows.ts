import type { SystemRange, SystemReader, SystemWriter } from './contract';
import type { DatabaseFile } from './database-file';
import type { Json } from '../values/value';

/** Sorts after every key that UTF-8 can spell. */
const afterAll = '\u{10ffff}\u{10ffff}';

/** The transaction these rows belong to: it may be over, or not allow writes. */
export interface SystemRowsGuard {
  use(): void;
  useForWriting(): void;
  wrote(): void;
}

export class SystemRows implements SystemReader, SystemWriter {
  constructor(
    private readonly file: DatabaseFile,
    private readonly guard: SystemRowsGuard,
  ) {}

  get(bucket: string, key: string): Json | undefined {
    this.guard.use();
    const row = this.file
      .statement('SELECT CAST(value AS BLOB) FROM system_rows WHERE bucket = ? AND key = ?')
      .get(bucket, key);
    return row && (JSON.parse(this.file.text(row[0])) as Json);
  }

  scan(bucket: string, range: SystemRange = {}): { key: string; value: Json }[] {
    this.guard.use();
    return this.file
      .statement(
        `SELECT CAST(key AS BLOB), CAST(value AS BLOB) FROM system_rows WHERE ${inRange}
         ORDER BY key ${range.reverse ? 'DESC' : 'ASC'} LIMIT ?`,
      )
      .all(bucket, ...bounds(range), range.limit ?? -1)
      .map(([key, value]) => ({
        key: this.file.text(key),
        value: JSON.parse(this.file.text(value)) as Json,
      }));
  }

  set(bucket: string, key: string, value: Json): void {
    this.guard.useForWriting();
    this.file
      .statement('INSERT OR REPLACE INTO system_rows (bucket, key, value) VALUES (?, ?, ?)')
      .run(bucket, key, JSON.stringify(value));
    this.guard.wrote();
  }

  delete(bucket: string, key: string): void {
    this.guard.useForWriting();
    const { changes } = this.file
      .statement('DELETE FROM system_rows WHERE bucket = ? AND key = ?')
      .run(bucket, key);
    if (changes > 0) this.guard.wrote();
  }

  clear(bucket: string, range: SystemRange = {}): number {
    this.guard.useForWriting();
    const { changes } = this.file
      .statement(`DELETE FROM system_rows WHERE ${inRange}`)
      .run(bucket, ...bounds(range));
    if (changes > 0) this.guard.wrote();
    return changes;
  }
}

/** Compared by SQLite, which sorts by UTF-8 bytes; JavaScript sorts by UTF-16. */
const inRange = 'bucket = ? AND key >= ? AND key >= ? AND key < ? AND key < ?';

function bounds({ from = '', to = afterAll, prefix = '' }: SystemRange): string[] {
  return [from, prefix, to, prefix + afterAll];
}
