/** Where a command writes; every text has gone through the redactor before it gets here. */
export interface Output {
  /** What `--json` prints: one value on stdout. */
  json: (value: unknown) => void;
  line: (text?: string) => void;
  error: (text: string) => void;
}

export function terminalOutput(redact: (text: string) => string): Output {
  const out = (text: string) => process.stdout.write(`${redact(text)}\n`);
  return {
    json: (value) => out(JSON.stringify(value, null, 2)),
    line: (text = '') => out(text),
    error: (text) => process.stderr.write(`${redact(text)}\n`),
  };
}

/** Control characters and those that turn the direction of text, line ends among them. */
// oxlint-disable-next-line no-control-regex
const steering = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Names and addresses are what strangers typed: they must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(steering, '\uFFFD');
}

/** A longer text would push every other column of a table out of sight. */
const cellCharsMax = 48;

function cellOf(text: string): string {
  const shown = printable(text);
  return shown.length <= cellCharsMax ? shown : `${shown.slice(0, cellCharsMax - 1)}…`;
}

/** Plain aligned columns, the header first. */
export function table(header: readonly string[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(cellOf));
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line).join('\n');
}

/** `name  value` lines. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs
    .map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd())
    .join('\n');
}

/** Local time to the second, or a dash for a time that never was. */
export function when(unixMs: number | null | undefined): string {
  if (unixMs === null || unixMs === undefined || Number.isNaN(new Date(unixMs).getTime()))
    return '-';
  return new Date(unixMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
