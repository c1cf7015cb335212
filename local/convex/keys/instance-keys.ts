import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Who this deployment is. Made on the first start of a data folder and kept for its life. */
export interface InstanceKeys {
  instanceName: string;
  /** `<instanceName>|<hex>`: the form in which the official CLI expects an admin or deploy key. */
  adminKey: string;
}

interface KeyFile {
  instanceName: string;
  instanceSecret: string;
}

/** 256 bits; the admin key is derived from it, so that it alone must be kept. */
const secretBytes = 32;

/**
 * Reads `<dataDir>/keys.json`, or makes it (mode 0600) when the folder is new.
 * Throws with the way out when the file exists but cannot be used: a silently renewed secret would
 * lock out every tool that holds the old admin key.
 */
export async function loadInstanceKeys(dataDir: string): Promise<InstanceKeys> {
  const path = join(dataDir, 'keys.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const keys = text === undefined ? await createKeyFile(dataDir, path) : parseKeyFile(text, path);
  return { instanceName: keys.instanceName, adminKey: deriveAdminKey(keys) };
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function deriveAdminKey({ instanceName, instanceSecret }: KeyFile): string {
  const mac = createHmac('sha256', Buffer.from(instanceSecret, 'hex'));
  return `${instanceName}|${mac.update(`admin-key:${instanceName}`).digest('hex')}`;
}

async function createKeyFile(dataDir: string, path: string): Promise<KeyFile> {
  const keys: KeyFile = {
    instanceName: `rollcall-${randomBytes(4).toString('hex')}`,
    instanceSecret: randomBytes(secretBytes).toString('hex'),
  };
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Written aside and renamed: a crash leaves either no file or a whole one.
  const aside = `${path}.${process.pid}.tmp`;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
  return keys;
}

function parseKeyFile(text: string, path: string): KeyFile {
  const wayOut = `Restore ${path} from a backup, or delete it to get a new admin key.`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`The key file of the local Convex deployment is not JSON. ${wayOut}`);
  }
  const { instanceName, instanceSecret } = Object(parsed) as Partial<
    Record<keyof KeyFile, unknown>
  >;
  if (typeof instanceName !== 'string' || !/^[a-z0-9-]+$/.test(instanceName)) {
    throw new Error(`The key file has no valid "instanceName". ${wayOut}`);
  }
  if (typeof instanceSecret !== 'string' || !/^[0-9a-f]{64}$/.test(instanceSecret)) {
    throw new Error(`The key file has no valid "instanceSecret". ${wayOut}`);
  }
  return { instanceName, instanceSecret };
}
