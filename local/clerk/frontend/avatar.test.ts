import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avatarSvg, initialsOf } from './avatar';

describe('Avatars', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Ada King Lovelace', 'AL'],
    ['ada.lovelace@rollcall.test', 'A'],
    ['Émilie du Châtelet', 'ÉC'],
    ['李 小龙', '李小'],
    ['  ', '?'],
    ['🎉', '?'],
  ])('%s -> %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });

  it('put nothing of a name into the image but letters and digits', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (id, name) => {
        const text = /<text[^>]*>([^<]*)<\/text><\/svg>$/.exec(avatarSvg(id, name))?.[1];
        expect(text).toMatch(/^(\?|[\p{L}\p{N}\p{M}]+)$/u);
      }),
      { examples: [['user_1', '<script> &amp;']] },
    );
  });

  it('keep their colour through changes of name', () => {
    const colour = (svg: string) => /hsl\([^)]*\)/.exec(svg)?.[0];
    expect(colour(avatarSvg('user_1', 'Ada'))).toBe(colour(avatarSvg('user_1', 'Grace Hopper')));
  });
});
