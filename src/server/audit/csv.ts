/**
 * A spreadsheet takes a cell that begins like this for a formula, and runs it. Not so with an
 * apostrophe before it; but such a text gets another one, so that it is not taken for ours.
 */
const formulaStart = /^'*(?:[=+\-@\t\r\n]|\s+[=+\-@])/;

/**
 * One line of CSV (RFC 4180, every cell quoted). A cell that a spreadsheet would run gets an
 * apostrophe in front, which spreadsheets show as text.
 */
export function csvLine(cells: readonly (string | number | boolean | undefined)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string | number | boolean | undefined): string {
  const text = value === undefined ? '' : String(value);
  // Numbers of ours begin with nothing that runs, except a minus, which is a number all the same.
  const safe = typeof value === 'string' && formulaStart.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
