import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../local/convex/engine/create-engine';
import type { Landed, Work } from '../../local/convex/store/batch-writer';
import type { DatabaseFile } from '../../local/convex/store/database-file';
import { LateWriter } from '../../local/convex/store/late-writer';
import { FunctionWorld } from '../fixtures/convex-app/world';
import { random as seededRandom } from '../support/random';

/**
 * An action goes on before its mutations are on disk. Nothing may leave it that the disk does not
 * have; and where the disk refuses something that it has seen, nothing that it did after that may
 * stay: a checkpoint must not move past a page that was lost.
 */

/** Larger than what others wait for before they run (`briefSize` of the store). */
const large = 210_000;
const calls = 9;

/** As a thread that writes; knows what is on disk. */
class WatchedWriter extends LateWriter {
  readonly onDisk = new Set<string>();

  override write(work: Work, landed: Landed): void {
    const bodies = work.layers.flatMap(({ documents }) => documents.map(String));
    const sent = bodies.flatMap((body) => /"author":"(\w+)","body":"(\d+) x/.exec(body) ?? []);
    super.write(work, (failure) => {
      for (let i = 0; !failure && i < sent.length; i += 3)
        this.onDisk.add(sent.slice(i + 1, i + 3).join('/'));
      landed(failure);
    });
  }

  /** Parts go with the rest, so that one piece of work tells all that becomes durable. */
  override readonly partSize = Infinity;
}

let dataDir: string;
let world: FunctionWorld;
beforeAll(async () => {
  world = await FunctionWorld.start();
  dataDir = await world.giveDataDir();
});
afterAll(() => world?.stop());

async function open(seed: number, failureRate: number) {
  let writer: WatchedWriter | undefined;
  const openWriter = (file: DatabaseFile) =>
    (writer = new WatchedWriter(file, seededRandom(seed), failureRate));
  const { engine } = await createEngine({ dataDir, url: '', siteUrl: '', openWriter });
  onTestFinished(() => engine.close());
  if (!writer) throw new Error('The writer was not opened.');
  return { engine, onDisk: writer.onDisk };
}

/** What had arrived, and whether the disk had it then. */
async function listener(onDisk: ReadonlySet<string>) {
  const told: { what: string; wasOnDisk: boolean }[] = [];
  const server = createServer((request, response) => {
    const what = request.url?.slice(1) ?? '';
    told.push({ what, wasOnDisk: onDisk.has(what) });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // A server that listens on a port has this form of address.
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const numbers = (lines: readonly string[]) =>
  lines.flatMap((line) => /done (\d+)/.exec(line)?.[1] ?? []).map(Number);

describe('an action that goes on before the disk has what it wrote', () => {
  it('sends nothing out before, and ends after', async () => {
    const { engine, onDisk } = await open(1, 0);
    const { told, url } = await listener(onDisk);
    const args = { author: 'ahead', url, count: calls, padding: large };
    const call = { path: 'calls:sendsAndTells', args, requestId: 'test' };
    const result = await engine.runAction({ ...call, identity: { kind: 'none' } });
    expect(result.kind).toBe('success');
    expect([...onDisk]).toEqual(Array.from({ length: calls }, (_, i) => `ahead/${i}`));
    expect(told).toEqual([2, 5, 8].map((i) => ({ what: `ahead/${i}`, wasOnDisk: true })));
  });

  it('is refused everything once the disk has refused what it saw', async () => {
    const { engine, onDisk } = await open(2, 0.15);
    const { told, url } = await listener(onDisk);
    const ended = { success: 0, failure: 0 };
    for (let round = 0; round < 40; round += 1) {
      const author = `round${round}`;
      // What is small is waited for: then the next one is in the queue when the disk refuses it.
      const padding = round % 2 === 0 ? large : 1;
      const args = { author, url, count: calls, padding };
      const call = { path: 'calls:sendsAndTells', args, requestId: 'test' };
      const result = await engine.runAction({ ...call, identity: { kind: 'none' } });
      ended[result.kind] += 1;
      // Answered, or refused, when all that came before is on disk or never will be.
      const list = { path: 'messages:list', args: { author: 'nobody' }, requestId: 'test' };
      await Promise.allSettled([engine.runQuery({ ...list, identity: { kind: 'none' } })]);
      const done = numbers(result.logLines);
      const lost = done.filter((i) => !onDisk.has(`${author}/${i}`));
      const first = lost[0];
      if (first === undefined) continue;
      expect(result.kind, `${author} has seen ${first}, which does not exist`).toBe('failure');
      const after = [...onDisk].filter((what) => {
        const [whose, i] = what.split('/');
        return whose === author && Number(i) > first;
      });
      expect(after).toEqual([]);
    }
    expect(told.filter(({ wasOnDisk }) => !wasOnDisk)).toEqual([]);
    // Both have happened, or this test would say nothing.
    expect(ended.success).toBeGreaterThan(0);
    expect(ended.failure).toBeGreaterThan(0);
  });
});
