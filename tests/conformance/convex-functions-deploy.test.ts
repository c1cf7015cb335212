import { spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, failure, FunctionWorld, value } from '../fixtures/convex-app/world';

let world: FunctionWorld;
beforeAll(async () => {
  world = await FunctionWorld.start();
});
afterAll(() => world?.stop());

const list = async (author: string) =>
  (await value(world.query('messages:list', { author }))) as string[];

const authConfig = `export default { providers: [{ domain: process.env.ISSUER, applicationID: 'app' }] };`;

describe('pushes over data', () => {
  it('a schema that the documents do not match leaves the old code live', async () => {
    await value(world.mutation('messages:send', { author: 'kept', body: 'text' }));
    const schema = await readFile(world.path('schema.ts'), 'utf8');
    await writeFile(
      world.path('schema.ts'),
      schema.replace('body: v.string()', 'body: v.number()'),
    );
    const { code, output } = await world.push();
    await writeFile(world.path('schema.ts'), schema);
    expect(code).not.toBe(0);
    expect(output).toContain('Schema validation failed');
    expect(await list('kept')).toEqual(['text']);
  });

  it('an index over existing documents answers right after the push', async () => {
    const schema = await readFile(world.path('schema.ts'), 'utf8');
    await writeFile(
      world.path('schema.ts'),
      schema.replace('.searchIndex(', ".index('byBody', ['body']).searchIndex("),
    );
    await writeFile(
      world.path('added.ts'),
      `import { queryGeneric } from 'convex/server';
       export const find = queryGeneric({ args: {}, handler: async (ctx) => (await ctx.db.query('messages').withIndex('byBody', (q) => q.eq('body', 'text')).collect()).length });`,
    );
    expect(await world.push()).toMatchObject({ code: 0 });
    expect(await value(world.query('added:find'))).toBe(1);
  });

  it('a component taken out keeps its data for when it comes back', async () => {
    await value(world.mutation('calls:parallel', { count: 1 }));
    const config = await readFile(world.path('convex.config.ts'), 'utf8');
    await writeFile(
      world.path('convex.config.ts'),
      config.replace(/app\.use\(counter, \{ env.*\n/, ''),
    );
    const removed = await world.push();
    expect(removed.output).toContain('Unmounted component counter.');
    expect(await failure(world.mutation('calls:parallel', { count: 1 }))).toContain(
      'no component "counter"',
    );
    await writeFile(world.path('convex.config.ts'), config);
    const back = await world.push();
    expect(back.output).toContain('Remounted component counter.');
    expect(await value(world.mutation('calls:parallel', { count: 1 }))).toEqual([2]);
  });

  it('"use node" is refused by name, with the way out', async () => {
    await writeFile(
      world.path('nodeish.ts'),
      `"use node";\nimport { actionGeneric } from 'convex/server';\nexport const run = actionGeneric({ args: {}, handler: async () => null });`,
    );
    const { code, output } = await world.push();
    await rm(world.path('nodeish.ts'));
    expect(code).not.toBe(0);
    expect(output).toContain(
      'nodeish.ts says "use node", which the local runtime does not support',
    );
  });
});

describe('auth.config.ts', () => {
  it('a variable that is not set is named by the command line, and nothing changes', async () => {
    await writeFile(world.path('auth.config.ts'), authConfig);
    const { code, output } = await world.push();
    expect(code).not.toBe(0);
    expect(output).toContain(
      'Environment variable ISSUER is used in auth config file but its value was not set.',
    );
    expect(world.engine.authProviders()).toEqual([]);
  });

  it('follows the environment, which cannot lose what it needs', async () => {
    await world.engine.env.update([{ name: 'ISSUER', value: 'https://one.example' }]);
    expect(await world.push()).toMatchObject({ code: 0 });
    const provider = { kind: 'oidc', issuer: 'https://one.example', applicationId: 'app' };
    expect(world.engine.authProviders()).toEqual([provider]);
    let deploys = 0;
    const undo = world.engine.onDeploy(() => (deploys += 1));
    await world.engine.env.update([{ name: 'ISSUER', value: 'https://two.example' }]);
    undo();
    expect(deploys).toBe(1);
    expect(world.engine.authProviders()).toEqual([{ ...provider, issuer: 'https://two.example' }]);
    const removal = world.engine.env.update([{ name: 'ISSUER', value: null }]);
    await expect(removal).rejects.toMatchObject({ code: 'AuthConfigMissingEnvironmentVariable' });
    await world.restart();
    expect(world.engine.authProviders()).toEqual([{ ...provider, issuer: 'https://two.example' }]);
  });
});

describe('an action that the end of the process interrupts', () => {
  it('is failed at the next start and does not run again', async () => {
    await writeFile(
      world.path('hanging.ts'),
      `import { actionGeneric, makeFunctionReference, mutationGeneric } from 'convex/server';
       export const start = mutationGeneric({ args: {}, handler: (ctx) => ctx.scheduler.runAfter(0, makeFunctionReference<'action'>('hanging:run')) });
       export const run = actionGeneric({ args: {}, handler: async (ctx) => {
         await ctx.runMutation(makeFunctionReference<'mutation'>('messages:send'), { author: 'hanging', body: 'started' });
         await new Promise(() => {});
       } });`,
    );
    expect(await world.push()).toMatchObject({ code: 0 });
    await value(world.mutation('hanging:start'));
    const started = async () =>
      (await value(world.query('messages:list', { author: 'hanging' }))) as string[];
    await eventually(started, (bodies) => bodies.length === 1);
    await world.restart();
    expect(await value(world.query('calls:jobs'))).toEqual([
      { name: 'hanging:run', state: 'failed' },
    ]);
    expect(world.engine.jobs.nextDueMs()).toBeUndefined();
    expect(await started()).toEqual(['started']);
  });
});

describe('code generation without a running stack', () => {
  it('writes what a push writes, needs no environment, and pushes nothing', async () => {
    const read = async () => {
      const names = (await readdir(world.path('_generated'))).sort();
      return Promise.all(
        names.map(async (name) => [name, await readFile(world.path(`_generated/${name}`), 'utf8')]),
      );
    };
    const pushed = await read();
    await rm(world.path('_generated'), { recursive: true });
    await writeFile(
      world.path('unpushed.ts'),
      `import { queryGeneric } from 'convex/server';\nexport const q = queryGeneric({ args: {}, handler: async () => 1 });\n`,
    );
    expect(await codegen()).toBe(0);
    const generated = await read();
    expect(generated.map(([name]) => name)).toEqual(pushed.map(([name]) => name));
    const api = Object.fromEntries(generated)['api.d.ts'] ?? '';
    expect(api).toContain('unpushed: typeof unpushed');
    expect(api).toContain('import("../counter/_generated/component.js").ComponentApi<"counter">');
    expect(await failure(world.query('unpushed:q'))).toContain('Could not find public function');
    await rm(world.path('unpushed.ts'));
    expect(await codegen()).toBe(0);
    expect(await read()).toEqual(pushed);
  });
});

function codegen(): Promise<number | null> {
  const rootDir = fileURLToPath(new URL('../..', import.meta.url));
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  const child = spawn(
    process.execPath,
    ['--import', tsx, `${rootDir}local/convex/codegen.ts`, '--typecheck', 'disable'],
    { cwd: world.dir, stdio: 'ignore', env: { PATH: process.env.PATH, HOME: world.dir } },
  );
  return new Promise((resolve) => child.once('close', resolve));
}
