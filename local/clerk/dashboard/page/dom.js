/**
 * Builds an element. Text is always a text node, so nothing a person typed can become markup.
 * `on*` props are listeners, `dataset` and other props are set as such, `null` ones are left out.
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else if (name in element && name !== 'list') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

let toastTimer;

/** Says what happened, to eyes and to screen readers. */
export function announce(message, kind = 'good') {
  const box = document.getElementById('status');
  clearTimeout(toastTimer);
  box.textContent = message;
  box.dataset.kind = kind;
  // Errors stay until the next message: people must have the time to read them.
  if (kind === 'good') toastTimer = setTimeout(() => (box.textContent = ''), 6000);
}

/**
 * Redraws without losing the place of somebody on the keyboard: the control that took the place of
 * the focused one gets the focus, or the page itself where there is none.
 */
export async function keepingFocus(redraw) {
  const before = document.activeElement;
  const nameOf = (element) => element.getAttribute('href') ?? element.textContent;
  await redraw();
  if (before === null || before === document.body || before.isConnected) return;
  const main = document.getElementById('main');
  const candidates = [...main.querySelectorAll(before.localName)];
  const heir = candidates.find((each) => nameOf(each) === nameOf(before) && !each.disabled);
  (heir ?? main).focus({ preventScroll: true });
}

/** Runs an action from a button: disabled meanwhile, and what goes wrong is said. */
export function act(label, run, props = {}) {
  return h('button', {
    type: 'button',
    ...props,
    textContent: label,
    onclick: async (event) => {
      const button = event.currentTarget;
      // Not `disabled`, which would throw the focus away while the answer is on its way.
      if (button.getAttribute('aria-disabled') === 'true') return;
      try {
        await keepingFocus(async () => {
          button.setAttribute('aria-disabled', 'true');
          await run();
        });
      } catch (error) {
        announce(error.message, 'bad');
      } finally {
        button.removeAttribute('aria-disabled');
      }
    },
  });
}

/** Asks before something that cannot be undone. Resolves to whether it was confirmed. */
export function confirmed({ title, text, action }) {
  return new Promise((resolve) => {
    const answer = (value) => {
      dialog.close(value);
    };
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'dialog-title' },
      h('h2', { id: 'dialog-title' }, title),
      h('p', null, text),
      h(
        'div',
        { className: 'actions end' },
        h('button', { type: 'button', autofocus: true, onclick: () => answer('no') }, 'Cancel'),
        h('button', { type: 'button', className: 'danger', onclick: () => answer('yes') }, action),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A point in time as people write it, exact to the second on hover. */
export function time(ms, missing = 'never') {
  if (!ms) return h('span', { className: 'faint' }, missing);
  const date = new Date(ms);
  return h(
    'time',
    { dateTime: date.toISOString(), title: date.toISOString() },
    dateFormat.format(date),
  );
}

export function badge(text, kind = '') {
  return h('span', { className: `badge ${kind}` }, text);
}

export function number(value) {
  return new Intl.NumberFormat().format(value);
}

/** A definition list from pairs; rows without a value are left out. */
export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h(
    'dl',
    { className: 'facts' },
    rows.flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)]),
  );
}

export function json(value) {
  return h('pre', { className: 'json', tabIndex: 0 }, JSON.stringify(value, null, 2));
}
