import type { Env } from '../deploy/environment';
import { platformEnvNames } from '../deploy/environment';
import { PushError } from '../deploy/push-error';
import type { ReadTransaction, WriteTransaction } from '../store/contract';

const envBucket = 'env';
/** As on Convex. */
const variablesMax = 100;
const valueBytesMax = 8 * 1024;

export interface EnvChange {
  name: string;
  value: string | null;
}

export function loadEnv(tx: ReadTransaction): Env {
  return Object.fromEntries(
    // Written by `saveEnv`.
    tx.system.scan(envBucket).map(({ key, value }) => [key, value as string]),
  );
}

/** The environment after the changes, checked as a whole. */
export function changedEnv(env: Env, changes: readonly EnvChange[]): Env {
  const next = { ...env };
  for (const { name, value } of changes) {
    if ((platformEnvNames as readonly string[]).includes(name)) {
      throw new PushError('BadPushRequest', `${name} is set by the runtime and cannot be changed.`);
    }
    if (value === null) delete next[name];
    else if (Buffer.byteLength(value) > valueBytesMax) {
      throw new PushError(
        'BadPushRequest',
        `The value of ${name} is larger than ${valueBytesMax} bytes.`,
      );
    } else next[name] = value;
  }
  if (Object.keys(next).length > variablesMax) {
    throw new PushError(
      'BadPushRequest',
      `A deployment holds at most ${variablesMax} environment variables.`,
    );
  }
  return next;
}

export function saveEnv(tx: WriteTransaction, changes: readonly EnvChange[]): void {
  for (const { name, value } of changes) {
    if (value === null) tx.system.delete(envBucket, name);
    else tx.system.set(envBucket, name, value);
  }
}
