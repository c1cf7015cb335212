import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runToEnd, startChild, whenReady, type Child } from './child';
import { Children } from './children';
import { rootDir } from './settings';
import { StackError } from './stack-error';

let folder: string;
const started: Child[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rollcall-child-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => child.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** A part whose whole source is `code`. */
function part(name: string, code: string): Child {
  const file = path.join(folder, `${name}.mjs`);
  writeFileSync(file, code);
  const child = startChild({ name, args: [file], env: process.env, logDir: folder });
  started.push(child);
  return child;
}

const stays = 'setInterval(() => undefined, 1000);';

describe('a part of the stack', () => {
  it('is ready when it says so, and its message comes through', async () => {
    const child = part('clerk', `process.send({kind: 'ready', url: 'http://x'}); ${stays}`);
    const ready = await whenReady<{ kind: 'ready'; url: string }>(child, folder);
    expect(ready.url).toBe('http://x');
  });

  it('that cannot start is reported with its own way out', async () => {
    const child = part(
      'clerk',
      `process.send({kind: 'failed', message: 'do this'}, () => process.exit(1))`,
    );
    await expect(whenReady(child, folder)).rejects.toMatchObject({
      message: 'clerk could not start.',
      wayOut: 'do this',
    });
  });

  it('that dies is reported with its last lines and its log', async () => {
    const child = part(
      'convex',
      `console.log('one'); console.error('\u001b[31mtwo\u001b[0m'); process.exit(3)`,
    );
    await expect(whenReady(child, folder)).rejects.toMatchObject({
      message: expect.stringContaining('exit code 3'),
      lastLines: expect.arrayContaining(['one', 'two']),
      wayOut: expect.stringContaining('convex.log'),
    });
    await child.exited;
    expect(readFileSync(path.join(folder, 'convex.log'), 'utf8')).toContain('two');
  });

  it('that says nothing in time is reported', async () => {
    await expect(whenReady(part('clerk', stays), folder, 50)).rejects.toThrow('within 0.05 s');
  });

  it('is stopped by SIGTERM and may close cleanly first', async () => {
    const child = part(
      'web',
      `process.on('SIGTERM', () => { console.log('closed'); process.exit(0); }); process.send({kind: 'ready'}); ${stays}`,
    );
    await whenReady(child, folder);
    await child.stop();
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.lastLines()).toContain('closed');
  });

  it('ends with a supervisor that is killed outright', async () => {
    const goneFile = path.join(folder, 'gone');
    const atExit = `require('fs').writeFileSync(${JSON.stringify(goneFile)}, '')`;
    const code = `process.on('exit', () => ${atExit}); process.send({kind: 'ready'}); ${stays}`;
    writeFileSync(path.join(folder, 'part.cjs'), code);
    const supervisorFile = path.join(folder, 'supervisor.mts');
    writeFileSync(
      supervisorFile,
      `import { startChild, whenReady } from ${JSON.stringify(path.join(rootDir, 'local/stack/child.ts'))};
       const logDir = ${JSON.stringify(folder)};
       const child = startChild({ name: 'part', args: [logDir + '/part.cjs'], env: process.env, logDir });
       await whenReady(child, logDir);
       console.log('up');
       setInterval(() => undefined, 1000);`,
    );
    const supervisor = spawn(process.execPath, ['--import', 'tsx', supervisorFile], {
      cwd: rootDir,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(supervisor.stdout, 'data');
    supervisor.kill('SIGKILL');
    await expect.poll(() => existsSync(goneFile), { timeout: 10_000 }).toBe(true);
  });
});

describe('short programs', () => {
  it('fail with what their last lines say', async () => {
    const file = path.join(folder, 'build.mjs');
    writeFileSync(file, `console.error('src/x.ts: broken'); process.exit(1)`);
    const run = runToEnd(
      { name: 'build', args: [file], env: process.env, logDir: folder },
      (lines) => new StackError('no build', 'correct it', lines),
    );
    await expect(run).rejects.toMatchObject({ lastLines: ['src/x.ts: broken'] });
  });
});

describe('the parts together', () => {
  it('report one that dies by itself, but nothing once they are being stopped', async () => {
    const children = new Children(folder);
    const told: StackError[] = [];
    void children.failed.then((error) => told.push(error));
    const stopped = part('clerk', stays);
    children.add(stopped);
    children.add(part('build', 'process.exit(1)'));
    children.add(part('convex', `console.log('out of memory'); process.exit(9)`));
    const error = await children.failed;
    expect(error.message).toContain('convex ended (exit code 9)');
    await children.stop();
    await stopped.exited;
    await pause(0);
    expect(told).toHaveLength(1);
  });

  it('that ends by the watchdog is started again, and no more than three times in a row', async () => {
    const children = new Children(folder);
    let restarts = 0;
    const endsItself = `process.kill(process.pid, 'SIGUSR2'); ${stays}`;
    children.onRestart(async () => {
      restarts += 1;
      children.add(part('convex', endsItself));
    });
    children.add(part('convex', endsItself));
    const error = await children.failed;
    expect(error.message).toContain('convex ended (signal SIGUSR2)');
    expect(restarts).toBe(3);
  });
});
