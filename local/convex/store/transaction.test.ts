import { describe, expect, it } from 'vitest';
import { StoreError } from './contract';
import { collect, fullScan, indexRange, temporaryStore } from './test-store';

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('nested transactions', () => {
  it('undo what they wrote, keep what was before, and see it all', async () => {
    const store = temporaryStore();
    await store.write((tx) => {
      const scope = tx.namespace('');
      scope.insert('items', { n: 1 });
      const outer = tx.savepoint();
      scope.insert('items', { n: 2 });
      const inner = tx.savepoint();
      scope.insert('fresh', { n: 3 });
      expect(scope.tables()).toEqual(['fresh', 'items']);
      inner.rollback();
      expect(scope.tables()).toEqual(['items']);
      scope.insert('items', { n: 4 });
      outer.release();
    });
    const { value } = await store.read((tx) => collect(tx.namespace(''), fullScan('items')));
    expect(value.map((document) => document['n'])).toEqual([1, 2, 4]);
  });

  it('must end innermost first, all of them', async () => {
    const store = temporaryStore();
    await expect(
      store.write((tx) => {
        const outer = tx.savepoint();
        tx.savepoint();
        outer.release();
      }),
    ).rejects.toThrow('innermost first');
    await expect(store.write((tx) => void tx.savepoint())).rejects.toThrow('left open');
  });

  it('are seen by a query that is under way', async () => {
    const store = temporaryStore();
    const { value } = await store.write((tx) => {
      const scope = tx.namespace('');
      for (const n of [1, 2, 3]) scope.insert('items', { n });
      const stream = scope.queryStream(fullScan('items'));
      const seen = [stream.next()];
      const nested = tx.savepoint();
      scope.insert('items', { n: 4 });
      nested.rollback();
      scope.insert('items', { n: 5 });
      for (let text = stream.next(); text !== null; text = stream.next()) seen.push(text);
      return seen.map((text) => (JSON.parse(String(text)) as { n: number }).n);
    });
    expect(value).toEqual([1, 2, 3, 5]);
  });
});

describe('namespaces', () => {
  it('number their tables alone and do not take each other’s ids', async () => {
    const store = temporaryStore();
    const { value } = await store.write((tx) => {
      const app = tx.namespace('').insert('items', { of: 'app' });
      const part = tx.namespace('part').insert('things', { of: 'part' });
      tx.namespace('part').insert('others', {});
      expect(tx.namespace('').normalizeId('items', app)).toBe(app);
      expect(tx.namespace('part').normalizeId('items', app)).toBeNull();
      expect(() => tx.namespace('').patch(part, {}, 'things')).toThrow(code('InvalidId'));
      return { app, part };
    });
    await store.write((tx) => tx.dropNamespace('part'));
    const { value: left } = await store.read((tx) => ({
      namespaces: tx.namespaces(),
      app: tx.namespace('').get(value.app),
      part: tx.namespace('part').tables(),
    }));
    expect(left).toMatchObject({ namespaces: [''], part: [] });
    expect(left.app).toContain('"of":"app"');
  });

  it('keep system tables from the functions of the app', async () => {
    const store = temporaryStore();
    const { value: id } = await store.write((tx) =>
      tx.namespace('', { system: true }).insert('_scheduled_functions', { name: 'a:b' }),
    );
    const insert = store.write((tx) => tx.namespace('').insert('_scheduled_functions', {}));
    await expect(insert).rejects.toThrow(/"_scheduled_functions" is read-only/);
    const patch = store.write((tx) => tx.namespace('').patch(id, { name: 'c:d' }));
    await expect(patch).rejects.toThrow(/read-only/);
    const { value } = await store.read((tx) => {
      const scope = tx.namespace('');
      expect(() => scope.get(id, { isSystem: false })).toThrow(/db\.system\.get/);
      return scope.get(id, { isSystem: true });
    });
    expect(value).toContain('"name":"a:b"');
  });
});

describe('documents', () => {
  it.each<[string, object, RegExp]>([
    ['an id', { _id: 'x' }, /"_id".*set by the system/],
    ['a reserved field', { _mine: 1 }, /"_mine"/],
    ['bad values', { a: { $integer: 'x' } }, /Malformed \$integer at \.a/],
  ])('are refused with %s', async (_, value, message) => {
    const store = temporaryStore();
    const attempt = store.write((tx) => tx.namespace('').insert('items', value as never));
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(StoreError);
  });

  it('keep their id and creation time', async () => {
    const store = temporaryStore();
    await store.write((tx) => {
      const scope = tx.namespace('');
      const id = scope.insert('items', { a: 1 });
      const before = JSON.parse(String(scope.get(id))) as { _creationTime: number };
      expect(() => scope.patch(id, { _creationTime: 1 })).toThrow(
        /_creationTime cannot be changed/,
      );
      expect(() => scope.replace(id, { _id: 'other' })).toThrow(/_id cannot be changed/);
      expect(() => scope.patch(id, { _other: 1 })).toThrow(/reserved/);
      scope.replace(id, { _id: id, _creationTime: before._creationTime, b: 2 });
      expect(JSON.parse(String(scope.get(id)))).toEqual({ ...before, a: undefined, b: 2 });
      scope.delete(id);
      expect(scope.get(id)).toBeNull();
      expect(() => scope.patch(id, {})).toThrow(code('DocumentNotFound'));
      expect(() => scope.get('nonsense')).toThrow(/"nonsense" is not an id/);
    });
  });

  it('of one transaction have increasing creation times', async () => {
    const store = temporaryStore({ nowMs: () => 1_700_000_000_000 });
    const { value } = await store.write((tx) => {
      const scope = tx.namespace('');
      for (let n = 0; n < 500; n++) scope.insert('items', { n });
      return collect(scope, indexRange('items.by_creation_time'));
    });
    expect(value.map((document) => document['n'])).toEqual(value.map((_, i) => i));
    expect(new Set(value.map((document) => document['_creationTime'])).size).toBe(500);
  });
});
