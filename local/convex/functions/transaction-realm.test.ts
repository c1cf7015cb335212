import { describe, expect, it } from 'vitest';
import { linkModule } from './link-module';
import { ScriptModules } from './script-modules';
import { OperationError, type CallHost } from './call-operations';
import { TransactionRealm } from './transaction-realm';

async function realmOf(source: string, env: Record<string, string> = {}) {
  const module = await linkModule({ path: 'mod.js', source, environment: 'isolate' });
  const scripts = new ScriptModules('test', new Map([[module.path, module]]));
  return new TransactionRealm({ scripts, env, userMsMax: 100 });
}

/** Reads answer at once, everything else waits for the end of the slice. */
class RecordingHost implements CallHost {
  readonly asked: string[] = [];
  readonly nowMs = 1_700_000_000_000;
  isImmediate(op: string): boolean {
    return op.startsWith('read');
  }
  syscall(op: string): string {
    this.asked.push(op);
    return '1';
  }
  asyncSyscall(op: string, json: string): string | Promise<string> {
    this.asked.push(op);
    if (op === 'fail') throw new OperationError('refused', '{"code":"NO"}');
    return op === 'slow' ? Promise.resolve(json) : json;
  }
  log(): void {}
  random(): number {
    return 0.25;
  }
}

const target = { path: 'mod.js', exportName: 'fn', method: 'invokeMutation' } as const;
const fn = (body: string) =>
  `const ask = (op) => Convex.asyncSyscall(op, '"' + op + '"').then(JSON.parse);
   export const fn = { invokeMutation: async (argsJson) => { ${body} } };`;

describe('contexts of queries and mutations', () => {
  it('operations keep their order: a read asked for after a write sees it', async () => {
    const realm = await realmOf(
      fn(`await Promise.all([ask('read1'), ask('write'), ask('read2'), ask('slow')]); return '1'`),
    );
    const host = new RecordingHost();
    const outcome = await realm.run(target, '[]', host);
    expect(outcome).toMatchObject({ kind: 'returned', unawaited: [] });
    expect(host.asked).toEqual(['read1', 'write', 'read2', 'slow']);
  });

  it('a refused operation is an error of the context, with the data of a ConvexError', async () => {
    const realm = await realmOf(
      fn(
        `try { await ask('fail') } catch (e) { return JSON.stringify([e instanceof Error, e.message, e.data]) }`,
      ),
    );
    const outcome = await realm.run(target, '[]', new RecordingHost());
    expect(outcome).toMatchObject({ json: '[true,"refused",{"code":"NO"}]' });
  });

  it('writes that nobody awaited are not done, and named', async () => {
    const realm = await realmOf(fn(`void ask('write'); return '1'`));
    const host = new RecordingHost();
    expect(await realm.run(target, '[]', host)).toMatchObject({ unawaited: ['write'] });
    expect(host.asked).toEqual([]);
  });

  it('an endless loop ends by the timer and makes the context unusable', async () => {
    const realm = await realmOf(fn(`for (;;) await null`));
    expect(await realm.run(target, '[]', new RecordingHost())).toEqual({ kind: 'timedOut' });
    expect(realm.usable).toBe(false);
  });

  it('a call inside a call that never ends takes both down, and neither context is used again', async () => {
    const outer = await realmOf(fn(`await ask('nested'); return '1'`));
    const inner = await realmOf(fn(`for (;;) await null`));
    // Loaded: otherwise it would take a timer of its own.
    inner.evaluate('mod.js', () => 1);
    const host = new RecordingHost();
    host.asyncSyscall = () => {
      const outcome = inner.run(target, '[]', new RecordingHost());
      return outcome instanceof Promise ? outcome.then(() => '1') : '1';
    };
    expect(await outer.run(target, '[]', host)).toEqual({ kind: 'timedOut' });
    expect([outer.usable, inner.usable]).toEqual([false, false]);
  });

  it('a call that needs nothing from outside ends without a wait, nested calls included', async () => {
    const realm = await realmOf(
      fn(`const [{ deep }] = JSON.parse(argsJson);
          for (let i = 0; i < 50; i += 1) await ask('write');
          return deep ? JSON.stringify(await ask('nested')) : '1'`),
    );
    const host = new RecordingHost();
    const inner = new RecordingHost();
    host.asyncSyscall = (op) => {
      if (op !== 'nested') return '1';
      const outcome = realm.run(target, '[{"deep":false}]', inner);
      if (outcome instanceof Promise) throw new Error('The nested call waits.');
      return outcome.kind === 'returned' ? outcome.json : 'null';
    };
    const outcome = realm.run(target, '[{"deep":true}]', host);
    expect(outcome).toEqual({ kind: 'returned', json: '1', unawaited: [] });
    expect(inner.asked).toHaveLength(50);
  });

  it('what a call left waiting does not go on in the next one', async () => {
    const realm = await realmOf(
      fn(`void ask('write').then(() => ask('write')); return JSON.stringify(Date.now())`),
    );
    const first = new RecordingHost();
    const second = new RecordingHost();
    expect(await realm.run(target, '[]', first)).toMatchObject({ unawaited: ['write'] });
    expect(await realm.run(target, '[]', second)).toMatchObject({ unawaited: ['write'] });
    expect([first.asked, second.asked]).toEqual([[], []]);
  });

  it('a module that asks for something while loading is refused', async () => {
    const realm = await realmOf(`Convex.syscall('read', '{}'); export const fn = {}`);
    const result = realm.evaluate('mod.js', () => 1);
    expect(result).toMatchObject({
      error: { message: expect.stringContaining('while a module is being loaded') as string },
    });
  });

  it('host values are of the context’s own types', async () => {
    const realm = await realmOf(
      fn(`const bytes = new TextEncoder().encode('x');
          const hash = await crypto.subtle.digest('SHA-256', bytes);
          return JSON.stringify([bytes instanceof Uint8Array, hash instanceof ArrayBuffer, Date.now(), process.env.A])`),
      { A: 'a' },
    );
    const outcome = await realm.run(target, '[]', new RecordingHost());
    expect(outcome).toMatchObject({ json: '[true,true,1700000000000,"a"]' });
  });

  it('HMAC signs and verifies without leaving the transaction', async () => {
    const realm = await realmOf(
      fn(`const data = new TextEncoder().encode('message');
          const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
          const mac = await crypto.subtle.sign('HMAC', key, data);
          const hex = [...new Uint8Array(mac)].map((b) => b.toString(16).padStart(2, '0')).join('');
          const tampered = new TextEncoder().encode('massage');
          return JSON.stringify([hex, await crypto.subtle.verify('HMAC', key, mac, data), await crypto.subtle.verify('HMAC', key, mac, tampered)])`),
    );
    const outcome = await realm.run(target, '[]', new RecordingHost());
    // RFC 4231's construction, computed by OpenSSL.
    const expected = '6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a';
    expect(outcome).toMatchObject({ json: JSON.stringify([expected, true, false]) });
  });
});
