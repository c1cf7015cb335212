import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rmSync, rmdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StackError } from './stack-error';

/** Everything the stack ever puts into its data folder; `reset` removes these and no others. */
export const knownContents = [
  'clerk',
  'convex',
  'logs',
  'env',
  'keys.json',
  'convex.env',
  'credentials.keys',
  'push.json',
  'stack.pid',
] as const;

function unwritable(dataDir: string, error: unknown): StackError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StackError(
    `The data folder ${dataDir} cannot be used: ${reason}`,
    'Make it a folder that you may write to, or choose another: npm start -- --data DIR',
  );
}

/** Creates the folder for its owner alone (it holds keys) and checks that it can be written. */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(path.join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    const probe = path.join(dataDir, 'stack.pid.probe');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw unwritable(dataDir, error);
  }
}

/** Writes in one step, so that a reader never sees half a file; for its owner alone. */
export function writePrivateFile(file: string, text: string): void {
  const half = `${file}.${process.pid}.tmp`;
  writeFileSync(half, text, { mode: 0o600 });
  // `mode` above counts only for a new file.
  chmodSync(half, 0o600);
  renameSync(half, file);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process that runs a stack on this folder, if it is still alive. */
export function runningOn(dataDir: string): number | undefined {
  const file = path.join(dataDir, 'stack.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && alive(pid) ? pid : undefined;
}

/** Refuses two stacks on one folder; returns how to release it. */
export function lockDataFolder(dataDir: string): () => void {
  const pid = runningOn(dataDir);
  if (pid !== undefined) {
    throw new StackError(
      `Another Rollcall (process ${pid}) already runs on ${dataDir}.`,
      `Stop it first, or give this one a folder of its own: npm start -- --data DIR`,
    );
  }
  const file = path.join(dataDir, 'stack.pid');
  writePrivateFile(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

/**
 * Removes the stack's own contents; the folder too when nothing else was in it.
 * Returns the names of what was left alone.
 */
export function removeDataFolder(dataDir: string): string[] {
  for (const name of knownContents) {
    rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
  const rest = readdirSync(dataDir);
  if (rest.length === 0) rmdirSync(dataDir);
  return rest;
}
