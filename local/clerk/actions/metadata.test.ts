import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metadata } from '../store/types';
import { assertMetadataFits, mergeMetadata, metadataBytesMax } from './metadata';

const leaf = fc.oneof(fc.integer(), fc.string({ maxLength: 4 }), fc.boolean());
const key = fc.constantFrom('a', 'b', 'c', 'role', '__proto__', 'constructor');
const tree = (withNull: boolean) =>
  fc.letrec<{ value: unknown; map: Metadata }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      withNull ? fc.oneof(leaf, fc.constant(null)) : leaf,
      fc.array(leaf, { maxLength: 2 }),
      tie('map'),
    ),
    map: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries) as Metadata),
  })).map;

const isMap = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Clerk documents, said once more and differently: per key. */
function expectedOf(current: Metadata, patch: Metadata): Metadata {
  const names = [...new Set([...Object.keys(current), ...Object.keys(patch)])];
  const entries = names.flatMap((name) => {
    const [before, given] = [own(current, name), own(patch, name)];
    if (!Object.hasOwn(patch, name)) return [[name, before]];
    if (given === null) return [];
    if (!isMap(given)) return [[name, given]];
    return [[name, expectedOf(isMap(before) ? before : {}, given)]];
  });
  return Object.fromEntries(entries) as Metadata;
}

function own(map: Metadata, name: string): unknown {
  return Object.getOwnPropertyDescriptor(map, name)?.value;
}

describe('mergeMetadata', () => {
  it('C2: changes exactly the keys that the patch names, at every depth', () => {
    fc.assert(
      fc.property(tree(false), tree(true), (current, patch) => {
        const copies = JSON.stringify([current, patch]);
        const merged = mergeMetadata(current, patch);
        expect(merged).toEqual(expectedOf(current, patch));
        expect(JSON.stringify([current, patch])).toBe(copies);
      }),
    );
  });

  it('does nothing with an empty patch and nothing new the second time', () => {
    fc.assert(
      fc.property(tree(false), tree(true), (current, patch) => {
        expect(mergeMetadata(current, {})).toEqual(current);
        const once = mergeMetadata(current, patch);
        expect(mergeMetadata(once, patch)).toEqual(once);
      }),
    );
  });

  it('never leaves a null behind', () => {
    fc.assert(
      fc.property(tree(false), tree(true), (current, patch) => {
        expect(JSON.stringify(mergeMetadata(current, patch))).not.toContain('null');
      }),
    );
  });

  it('keeps a key named __proto__ a key', () => {
    const patch = JSON.parse('{"__proto__": {"admin": true}}') as Metadata;
    const merged = mergeMetadata({}, patch);
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });
});

describe('assertMetadataFits', () => {
  const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  it('allows exactly 8 KB of JSON, counted in bytes, and not one more', () => {
    expect(() => assertMetadataFits('m', ofBytes(metadataBytesMax))).not.toThrow();
    expect(() => assertMetadataFits('m', ofBytes(metadataBytesMax + 1))).toThrow('exceeds');
    expect(() => assertMetadataFits('m', { a: 'é'.repeat(metadataBytesMax / 2) })).toThrow(
      'exceeds',
    );
  });
});
