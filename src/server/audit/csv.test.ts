import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv';

/** A reader of its own, so that the writer is not tested by itself. */
function readLine(line: string): string[] {
  return [...line.trimEnd().matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) =>
    (cell ?? '').replaceAll('""', '"'),
  );
}

describe('CSV of the audit log', () => {
  it('reads back as it was, apart from the apostrophe in front of what would run', () => {
    const likely = fc.constantFrom("'", '-', '=', ' ', '\t', '"', 'a');
    const text = fc.oneof(fc.string(), fc.string({ unit: likely }));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (cells) => {
        const read = readLine(csvLine(cells)).map((cell) =>
          cell.replace(/^'(?='*(?:[=+\-@\t\r\n]|\s+[=+\-@]))/, ''),
        );
        expect(read).toEqual(cells);
      }),
    );
  });

  it('no cell of text begins a formula', () => {
    const start = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', '  @');
    fc.assert(
      fc.property(start, fc.string(), (first, rest) => {
        const [cell] = readLine(csvLine([first + rest]));
        expect(cell?.startsWith("'")).toBe(true);
      }),
    );
  });

  it('leaves numbers and booleans alone', () => {
    expect(csvLine([-1, true, undefined, 'a"b'])).toBe('"-1","true","","a""b"\r\n');
  });
});
