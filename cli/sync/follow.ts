import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { CliError } from '../cli-error';
import type { ConvexAdmin } from '../convex-admin';
import { ask, command, syncRun, type SyncRun } from '../operator-api';
import type { Progress } from './progress';

const lookEveryMs = 300;
/** Convex may be restarted while a run goes on; only a longer silence ends the command. */
const silenceMsMax = 60_000;

async function look(convex: ConvexAdmin, runId: string): Promise<SyncRun> {
  const found = await ask(convex, syncRun.nullable(), 'adminSync:run', { runId });
  if (found === null) {
    throw new CliError('NOT_FOUND', {
      message: `There is no run ${runId}.`,
      wayOut: 'npm run rollcall -- sync runs lists them.',
    });
  }
  return found;
}

function isOver({ status }: SyncRun): boolean {
  return status !== 'queued' && status !== 'running';
}

/** Waits for the end of a run. When `signal` is raised the run is cancelled, once, and waited for. */
export async function followRun(
  convex: ConvexAdmin,
  runId: string,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<SyncRun> {
  let cancelled = false;
  let heardAtMs = Date.now();
  for (;;) {
    if (signal.aborted && !cancelled) {
      cancelled = true;
      await command(convex, z.null(), 'adminSync:cancel', { runId }).catch(() => undefined);
    }
    try {
      const run = await look(convex, runId);
      heardAtMs = Date.now();
      progress.show(run);
      if (isOver(run)) {
        progress.end(run);
        return run;
      }
    } catch (error) {
      const away = error instanceof CliError && error.code === 'CONVEX_UNAVAILABLE';
      if (!away || Date.now() - heardAtMs > silenceMsMax) throw error;
    }
    await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (cancelled) await wait(lookEveryMs);
  }
}

/** Raised by the first Ctrl-C; a second one ends the process as it always does. */
export function onInterrupt(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const raise = () => controller.abort();
  process.once('SIGINT', raise);
  return { signal: controller.signal, release: () => process.off('SIGINT', raise) };
}
