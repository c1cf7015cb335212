import { compareValues, convexToJson, jsonToConvex } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue } from './arbitraries';
import { fromJson, fromText, patchFromJson, toJson, toText, valueOrUndefined } from './convex-json';

describe('Convex-JSON', () => {
  it('is what convex/values writes and reads', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(toJson(value)).toEqual(convexToJson(value));
        expect(compareValues(fromJson(toJson(value)), value)).toBe(0);
        expect(compareValues(jsonToConvex(toJson(value)), value)).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('survives being stored as text', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(compareValues(fromText(toText(value)), value)).toBe(0);
        expect(toText(fromText(toText(value)))).toBe(toText(value));
        expect(JSON.parse(toText(value))).toEqual(toJson(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['a reserved field name', { $x: 1, y: 2 }, /"\$x".*reserved/],
    ['an unknown tag', { $set: [] }, /"\$set".*reserved/],
    ['a field name beyond ASCII', { a: { é: 1 } }, /"é" at \.a has characters/],
    ['an empty field name', { '': 1 }, /is empty/],
    ['a prototype', JSON.parse('{"__proto__": {"admin": true}}'), /"__proto__" is reserved/],
    ['a lone surrogate', ['\ud800'], /lone surrogate/],
    ['a short integer', { $integer: 'AAA=' }, /\$integer: needs 8 bytes/],
    ['broken base64', { $bytes: '*' }, /Malformed \$bytes/],
    ['a float that JSON can say', { $float: 'AAAAAAAA8D8=' }, /plain JSON number/],
    ['a commit timestamp', { at: { $commitTs: null } }, /commitTs.* at \.at is not supported/],
  ])('refuses %s and says where', (_, json, message) => {
    expect(() => fromJson(json)).toThrow(message);
  });

  it('refuses what is nested too deep', () => {
    let json: unknown[] = [];
    for (let i = 0; i < 64; i++) json = [json];
    expect(() => fromJson(json as never)).toThrow(/nested 65 levels deep > maximum nesting 64/);
  });

  it('reads undefined only where a patch or a bound may have it', () => {
    expect(patchFromJson({ a: { $undefined: null }, b: 1 })).toEqual({ a: undefined, b: 1 });
    expect(valueOrUndefined({ $undefined: null })).toBeUndefined();
    expect(() => fromJson({ a: { $undefined: null } })).toThrow(/"\$undefined"/);
    expect(() => patchFromJson([1])).toThrow(/must be an object/);
  });
});
