import { lazy, type ComponentType } from 'react';

/** Waits between attempts to load a part; the last one repeats. */
const waitsMs = [500, 1_000, 2_000, 5_000];

/** A page reloads itself for a part that stays missing, but not again so soon. */
const reloadPauseMs = 60_000;
const reloadedAtKey = 'rollcall-reloaded-at';

interface Surroundings {
  /** Whether the server answers at all. */
  isServerThere: () => Promise<boolean>;
  /** Loads the page anew; false when that was done just now and did not help. */
  reload: () => boolean;
  pause: (ms: number) => Promise<void>;
}

/**
 * Loads a part of the page, however long the server is away. A server that is there but does not
 * have the part any more is a newer build, and some browsers never ask again for what failed once:
 * only a new page helps then.
 */
export async function loadPatiently<T>(
  load: () => Promise<T>,
  surroundings: Surroundings,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await load();
    } catch (error) {
      if (failures > 0 && (await surroundings.isServerThere())) {
        if (!surroundings.reload()) throw error;
        return await new Promise<never>(() => {});
      }
      await surroundings.pause(waitsMs[Math.min(failures, waitsMs.length - 1)] ?? 0);
    }
  }
}

const browser: Surroundings = {
  isServerThere: () =>
    fetch('/favicon.svg', { method: 'HEAD', cache: 'no-store' }).then(
      () => true,
      () => false,
    ),
  reload: () => {
    const reloadedAt = Number(sessionStorage.getItem(reloadedAtKey) ?? 0);
    if (Date.now() - reloadedAt < reloadPauseMs) return false;
    sessionStorage.setItem(reloadedAtKey, String(Date.now()));
    window.location.reload();
    return true;
  },
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * A component that comes when it is first rendered, as `React.lazy`, except that a server out of
 * reach keeps it waiting instead of taking the whole page down for good.
 */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({ default: await loadPatiently(load, browser) }));
}

/** Starts loading a part that is about to be wanted; a failure is dealt with once it is. */
export function preloading(load: () => Promise<unknown>): () => void {
  return () => void load().catch(() => undefined);
}
