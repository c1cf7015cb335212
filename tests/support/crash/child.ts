/**
 * One life of the crash campaign: the engine with its scheduler on a data folder, working through
 * numbered requests until it is killed, by its own file or from outside. Each answer is a line of
 * its own. Run as `node child.mjs '<Life as JSON>'`.
 */
import { writeSync } from 'node:fs';
import { createEngine } from '../../../local/convex/engine/create-engine';
import { JobLoop } from '../../../local/convex/scheduler/job-loop';
import { CrashingFile } from './crashing-file';
import { requestOf, sessionId, type Answer, type Life } from './requests';

const inFlight = 6;
/** Long enough for every job that is due to have run in the last life. */
const drainMs = 20_000;

const life = JSON.parse(process.argv[2] ?? '') as Life;
// Threads inherit the environment.
process.env['CRASH_AT'] = String(life.crashAt);
const { engine } = await createEngine({
  dataDir: life.folder,
  url: 'http://127.0.0.1:1',
  siteUrl: 'http://127.0.0.1:1',
  ...(life.isThreaded
    ? {
        writerProgram: new URL('crashing-thread.mjs', import.meta.url),
        // Both threads write: this one what is alone.
        isQuiet: () => true,
      }
    : { openFile: (folder: string) => new CrashingFile(folder, life.crashAt) }),
});
const jobs = new JobLoop(engine.jobs);
await jobs.start();
writeSync(1, '"ready"\n');

async function answer(number: number): Promise<void> {
  const { result } = await engine.runMutation(
    { ...requestOf(number), identity: { kind: 'none' }, requestId: String(number) },
    { dedupe: { sessionId, requestId: number } },
  );
  if (result.kind === 'failure') throw new Error(result.errorMessage);
  writeSync(1, `${JSON.stringify({ number, value: result.value } satisfies Answer)}\n`);
}

const queue = [...life.again];
let next = life.from;
const take = () => queue.shift() ?? (next < life.to ? next++ : undefined);
await Promise.all(
  Array.from({ length: inFlight }, async () => {
    for (let number = take(); number !== undefined; number = take()) await answer(number);
  }),
);
const deadline = Date.now() + drainMs;
while (engine.jobs.nextDueMs() !== undefined && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await jobs.stop(drainMs);
await engine.close();
writeSync(1, '"done"\n');
process.exit(0);
