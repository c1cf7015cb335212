import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConvexWorld } from '../fixtures/convex-servers/world';

let world: ConvexWorld;
beforeAll(async () => {
  // By `convex deploy`, whose success is the first thing proven here.
  world = await ConvexWorld.start({ isPushed: true });
});
afterAll(() => world?.stop());

const file = (name: string) => join(world.dir, 'app', 'convex', name);

describe('the official command line, unmodified', () => {
  it('convex dev --once pushes and generates code', async () => {
    const { code, stderr } = await world.cli('dev', '--once', '--typecheck', 'disable');
    expect(stderr).toContain('Convex functions ready');
    expect(code).toBe(0);
    expect(await readdir(file('_generated'))).toContain('api.d.ts');
  });

  it('convex codegen generates the same code without a push', async () => {
    await rm(file('_generated'), { recursive: true });
    expect((await world.cli('codegen', '--typecheck', 'disable')).code).toBe(0);
    expect(await readdir(file('_generated'))).toContain('api.d.ts');
  });

  it('convex run calls public and internal functions, also as somebody', async () => {
    const run = async (...args: string[]) => (await world.cli('run', ...args)).stdout.trim();
    expect(await run('counters:increment', '{"name":"cli"}')).toBe('1');
    await run('counters:bump', '{"name":"cli"}');
    expect(await run('counters:get', '{"name":"cli"}')).toBe('2');
    const identity = '{"subject":"user_cli","issuer":"https://x"}';
    expect(await run('notes:whoAmI', '{}', '--identity', identity)).toBe('"user_cli"');
    const refused = await world.cli('run', 'notes:refuse', '{}');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('REFUSED');
  });

  it('names the functions there are, also when one is asked for that is not', async () => {
    const { stdout } = await world.cli('function-spec');
    expect(stdout).toContain('counters.js:increment');
    const { code, stderr } = await world.cli('run', 'counters:nope', '{}');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/Could not find function.*Available functions.*counters:increment/s);
  });

  it('convex data lists tables, and the newest documents of one', async () => {
    await world.cli('run', 'counters:increment', '{"name":"data-a"}');
    await world.cli('run', 'counters:increment', '{"name":"data-b"}');
    expect((await world.cli('data')).stdout).toContain('counters');
    const { stdout, code } = await world.cli('data', 'counters', '--limit', '1');
    expect(code).toBe(0);
    expect(stdout).toContain('data-b');
    expect(stdout).not.toContain('data-a');
  });

  it('convex logs shows what functions logged and how they failed', async () => {
    await world.cli('run', 'notes:refuse', '{}');
    const { stdout } = await world.cliUntil(
      (output) => output.includes('notes:refuse'),
      'logs',
      '--history',
      '20',
    );
    expect(stdout).toMatch(/M\(notes:refuse\)/);
  });

  it('says what is wrong with arguments, tables and variables that are not there', async () => {
    const args = await world.cli('run', 'counters:increment', '{"name":7}');
    expect(args.code).not.toBe(0);
    expect(args.stderr).toContain('ArgumentValidationError');
    expect(args.stderr).toContain('Path: .name');
    const table = await world.cli('data', 'nowhere');
    expect(`${table.stdout}${table.stderr}`).toMatch(/nowhere/);
    // As against Convex Cloud: it says so, and ends with 0.
    const variable = await world.cli('env', 'get', 'NOT_SET');
    expect(variable.stderr).toContain('NOT_SET');
  });

  it('convex env sets, gets, lists and removes', async () => {
    expect((await world.cli('env', 'set', 'FLAVOUR', 'two words')).code).toBe(0);
    expect((await world.cli('env', 'get', 'FLAVOUR')).stdout.trim()).toBe('two words');
    expect((await world.cli('env', 'list', '--include-values')).stdout).toContain(
      'FLAVOUR=two words',
    );
    await world.cli('env', 'remove', 'FLAVOUR');
    expect((await world.cli('env', 'list')).stdout).not.toContain('FLAVOUR');
  });

  it('shows a broken function at once, and the old code stays live', async () => {
    await writeFile(file('broken.ts'), 'throw new Error("broken at import");\nexport {};\n');
    const { code, stderr } = await world.cli('dev', '--once', '--typecheck', 'disable');
    await rm(file('broken.ts'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('broken at import');
    expect((await world.cli('run', 'counters:get', '{"name":"none"}')).stdout.trim()).toBe('0');
  });

  it('is refused with a wrong admin key', async () => {
    const { adminKey } = world.ready;
    world.ready.adminKey = `${adminKey.slice(0, -4)}0000`;
    const { code, stderr } = await world.cli('run', 'counters:get', '{"name":"none"}');
    world.ready.adminKey = adminKey;
    expect(code).not.toBe(0);
    expect(stderr).toContain('admin key was invalid');
  });
});
