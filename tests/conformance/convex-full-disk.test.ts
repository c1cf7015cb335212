/** A disk that is really full, under the whole process: a small file system of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findIndexFaults } from '../../local/convex/store/index-check';
import { temporaryFolder } from '../../local/convex/store/test-store';
import { convexProgram } from '../../local/stack/convex-program';
import { savedPush } from '../fixtures/convex-saved-push';
import { appDir, ConvexWorld, type Ready } from '../fixtures/convex-servers/world';

/** Linux, and leave to make mounts of one's own: as root, or in a user namespace. */
const unshare = ['--mount', '--map-root-user'];
const mayMount = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status;
const megabytes = 12;
/** Given back when the disk is full. */
const ballastMegabytes = 4;
const noteLength = 50_000;
/** More than fit. */
const attemptsMax = (megabytes * 1_000_000) / noteLength;

async function pushedFolder(): Promise<string> {
  const folder = join(temporaryFolder(), 'data');
  const saved = await savedPush('servers', appDir);
  if (await saved.load(folder)) return folder;
  await (await ConvexWorld.start()).stop();
  if (await saved.load(folder)) return folder;
  throw new Error('The push was not saved.');
}

/** The process on a small disk, which nobody else sees and which ends with it. */
async function startOnSmallDisk(folder: string) {
  const disk = temporaryFolder();
  const script = [
    `mount -t tmpfs -o size=${megabytes}m none "$1"`,
    'cp -r "$2" "$1/data"',
    `dd if=/dev/zero of="$1/ballast" bs=1M count=${ballastMegabytes} status=none`,
    'exec "$3" "$4"',
  ].join(' && ');
  const args = [script, 'sh', disk, folder, process.execPath, await convexProgram()];
  const child = spawn('unshare', [...unshare, 'sh', '-c', ...args], {
    env: {
      PATH: process.env.PATH,
      CONVEX_DATA_DIR: join(disk, 'data'),
      CONVEX_PORT: '0',
      CONVEX_SITE_PORT: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message: Ready) => resolve(message));
    child.once('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
  });
  return { ready, disk: `/proc/${child.pid}/root${disk}` };
}

it.skipIf(mayMount !== 0)(
  'a full disk is named by 503 DiskFull, loses nothing, and is over once there is room',
  async () => {
    const { ready, disk } = await startOnSmallDisk(await pushedFolder());
    const call = async (kind: string, path: string, args: object) => {
      const response = await fetch(`${ready.url}/api/${kind}`, {
        method: 'POST',
        body: JSON.stringify({ path, args, format: 'json' }),
      });
      // The envelope of Convex's HTTP API, or the error's.
      const body = (await response.json()) as { value?: unknown; code?: string; message?: string };
      return { ...body, status: response.status };
    };
    const add = (rank: number) =>
      call('mutation', 'notes:add', {
        owner: 'disk',
        rank,
        text: `${rank} `.padEnd(noteLength, 'x'),
      });
    let saved = 0;
    let refusal: Awaited<ReturnType<typeof call>> | undefined;
    while (refusal === undefined && saved < attemptsMax) {
      const answer = await add(saved);
      if (answer.status === 200) saved += 1;
      else refusal = answer;
    }
    expect(refusal).toMatchObject({
      status: 503,
      code: 'DiskFull',
      message: expect.stringMatching(/Nothing was saved.*Free some space/),
    });
    // Reading goes on meanwhile.
    const ranks = async () => {
      const { value } = await call('query', 'notes:list', { owner: 'disk' });
      return (value as string[]).map((text) => Number(text.split(' ')[0]));
    };
    expect(saved).toBeGreaterThan(10);
    const expected = Array.from({ length: saved }, (_, rank) => rank);
    expect(await ranks()).toEqual(expected.slice(0, 100));

    rmSync(join(disk, 'ballast'));
    expect((await add(saved)).status).toBe(200);
    expect(await ranks()).toEqual([...expected, saved].slice(0, 100));
    // Nothing is being written: a copy is as the file is.
    const copy = join(temporaryFolder(), 'copy');
    mkdirSync(copy);
    cpSync(join(disk, 'data'), copy, { recursive: true });
    expect(findIndexFaults(copy)).toEqual([]);
  },
);
