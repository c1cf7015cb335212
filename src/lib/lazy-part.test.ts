import { describe, expect, it } from 'vitest';
import { loadPatiently } from './lazy-part';

const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));

/** A page around a part; `server` says, attempt by attempt, whether the server is there. */
function page({ server, reloads = true }: { server: () => boolean; reloads?: boolean }) {
  const waited: number[] = [];
  let reloaded = 0;
  return {
    waited,
    reloaded: () => reloaded,
    surroundings: {
      isServerThere: () => Promise.resolve(server()),
      reload: () => {
        if (reloads) reloaded += 1;
        return reloads;
      },
      pause: async (ms: number) => {
        waited.push(ms);
        if (waited.length > 50) throw new Error('waited for ever');
      },
    },
  };
}

describe('parts of the page that come later', () => {
  it('waits for a server that is away, longer each time, and then goes on', async () => {
    const around = page({ server: () => false });
    let attempts = 0;
    const part = await loadPatiently(
      () => ((attempts += 1) < 8 ? gone() : Promise.resolve('part')),
      around.surroundings,
    );
    expect(part).toBe('part');
    expect(around.waited).toEqual([500, 1_000, 2_000, 5_000, 5_000, 5_000, 5_000]);
    expect(around.reloaded()).toBe(0);
  });

  it('survives one failure while the server is there without loading the page anew', async () => {
    const around = page({ server: () => true });
    let attempts = 0;
    const load = () => ((attempts += 1) === 1 ? gone() : Promise.resolve('part'));
    expect(await loadPatiently(load, around.surroundings)).toBe('part');
    expect(around.reloaded()).toBe(0);
  });

  it('loads the page anew for a part that a newer build no longer has', async () => {
    const around = page({ server: () => true });
    void loadPatiently(gone, around.surroundings);
    await expect.poll(() => around.reloaded()).toBe(1);
    expect(around.waited).toEqual([500]);
  });

  it('gives up, and says so, when the new page did not have it either', async () => {
    const around = page({ server: () => true, reloads: false });
    await expect(loadPatiently(gone, around.surroundings)).rejects.toThrow('Failed to fetch');
    expect(around.waited).toEqual([500]);
  });
});
