import { compareValues } from 'convex/values';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyValue } from '../values/arbitraries';
import { fromText, toText } from '../values/convex-json';
import { fromUniform, needsTypes, toUniform } from './uniform-text';

it('the way of Convex Cloud says every value, and a reader knows each again', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const text = toText({ value });
      const uniform = toUniform(text);
      // No text has been taken for a tag or a number.
      expect(fromUniform(uniform).replaceAll('.0', '')).toBe(text.replaceAll('.0', ''));
      expect(compareValues(fromText(fromUniform(uniform)), { value })).toBe(0);
      expect(uniform).not.toMatch(/\{"\$integer":/);
      const plain = needsTypes(text) ? text : uniform;
      expect(compareValues(fromText(plain), { value })).toBe(0);
    }),
    { numRuns: 3_000 },
  );
});

it.each([
  ['{"n":-0,"big":9223372036854775808}', '{"n":-0,"big":9223372036854775808}'],
  ['{"least":-9223372036854775808}', '{"least":{"$integer":"AAAAAAAAAIA="}}'],
  ['{"a":[1,1.0,1e3],"s":"1 \\" 2"}', '{"a":[{"$integer":"AQAAAAAAAAA="},1.0,1e3],"s":"1 \\" 2"}'],
])('%s is read as %s', (uniform, json) => {
  expect(fromUniform(uniform)).toBe(json);
});
