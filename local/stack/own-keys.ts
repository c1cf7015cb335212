import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { generateSigningKey, parseSigningKey } from '../../src/shared/api-tokens';
import { writePrivateFile } from './data-folder';

/** Keys that no other part generates; made at the first start and kept with the data. */
export interface OwnKeys {
  apiTokenSigningKey: string;
}

function readKeys(file: string): Partial<OwnKeys> {
  if (!existsSync(file)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    // Each key is checked by whoever takes it.
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A torn file: new keys. API tokens stay good, what they were exchanged for does not.
    return {};
  }
}

export async function ownKeys(dataDir: string): Promise<OwnKeys> {
  const file = path.join(dataDir, 'keys.json');
  const known = readKeys(file);
  const { apiTokenSigningKey = '' } = known;
  if (parseSigningKey(apiTokenSigningKey) !== null) return { ...known, apiTokenSigningKey };
  const keys = { ...known, apiTokenSigningKey: await generateSigningKey() };
  writePrivateFile(file, JSON.stringify(keys));
  return keys;
}
