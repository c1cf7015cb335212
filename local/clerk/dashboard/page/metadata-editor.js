import { h } from './dom.js';

/** Clerk's own limit for each of a person's metadata. */
const bytesMax = 8 * 1024;

/** Says why a text is not metadata, with the line where JSON breaks; null when it is. */
export function metadataProblem(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `This is not valid JSON${placeOf(text, error)}.`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'Metadata must be a JSON object, such as {"role": "admin"}.';
  }
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (bytes > bytesMax) return `Metadata may have ${bytesMax} bytes; this has ${bytes}.`;
  return null;
}

function placeOf(text, error) {
  const position = /position (\d+)/.exec(error.message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return `: look at line ${before.length}, column ${before.at(-1).length + 1}`;
}

let editors = 0;

/** A JSON text area that says what is wrong while one types. `value()` throws when it is. */
export function metadataEditor(label, initial) {
  const id = `metadata-${++editors}`;
  const text = JSON.stringify(initial, null, 2);
  const problem = h('p', { id: `${id}-problem`, className: 'problem', role: 'alert' });
  const area = h('textarea', {
    id,
    rows: Math.min(16, Math.max(4, text.split('\n').length + 1)),
    value: text,
    spellcheck: false,
    autocomplete: 'off',
    'aria-describedby': `${id}-problem`,
    oninput: () => check(),
  });
  const check = () => {
    const fault = metadataProblem(area.value);
    problem.textContent = fault ?? '';
    area.setAttribute('aria-invalid', String(fault !== null));
    return fault;
  };
  return {
    element: h('div', { className: 'field' }, h('label', { htmlFor: id }, label), area, problem),
    value() {
      const fault = check();
      if (fault !== null) {
        area.focus();
        throw new Error(fault);
      }
      return JSON.parse(area.value);
    },
  };
}
