import type { Database } from './database';

/** Small switches that survive a restart, one JSON value by name. */
export function createSettings(db: Database): void {
  db.exec('CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)');
}

/** The saved value over the default, so that settings saved by an older version gain new fields. */
export function readSetting<T extends object>(db: Database, name: string, fallback: T): T {
  const row = db.get('SELECT value FROM settings WHERE name = ?', [name]);
  return row ? { ...fallback, ...(JSON.parse(String(row.value)) as Partial<T>) } : fallback;
}

export function writeSetting(db: Database, name: string, value: object): void {
  db.run(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    [name, JSON.stringify(value)],
  );
}
