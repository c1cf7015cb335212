import { createHash } from 'node:crypto';

/** Up to two letters: of the first and the last word of a name, or of an address. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s.@_-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  if (first === undefined) return '?';
  const last = name.includes('@') || words.length === 1 ? '' : (words.at(-1) ?? '');
  return `${firstLetter(first)}${firstLetter(last)}`.toUpperCase();
}

function firstLetter(word: string): string {
  return /^[\p{L}\p{N}]/u.exec(word)?.[0] ?? '';
}

/** A quiet disc with initials; the colour stays with the id through changes of name. */
export function avatarSvg(id: string, name: string): string {
  const hue = (createHash('sha1').update(id).digest().readUInt16BE(0) * 360) >> 16;
  // Letters and digits only, by `initialsOf`: nothing that XML would have to escape.
  const text = initialsOf(name);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">` +
    `<rect width="96" height="96" fill="hsl(${hue} 38% 42%)"/>` +
    `<text x="48" y="50" fill="#fff" font-family="system-ui, sans-serif" font-size="38" ` +
    `font-weight="600" text-anchor="middle" dominant-baseline="central">${text}</text></svg>`
  );
}
