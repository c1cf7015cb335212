import { announce, h } from './dom.js';
import { instanceView } from './instance.js';
import { mailView } from './mail.js';
import { newUserView } from './new-user.js';
import { userView } from './user.js';
import { usersView } from './users.js';
import { deliveryView } from './delivery.js';
import { webhooksView } from './webhooks.js';

/** The page as an address: `#/users`, `#/users/new`, `#/users/<id>`, `#/webhooks/<id>`, ... */
const routes = [
  [/^\/users\/new$/, newUserView],
  [/^\/users\/([^/]+)$/, userView],
  [/^\/users$/, usersView],
  [/^\/webhooks\/([^/]+)$/, deliveryView],
  [/^\/webhooks$/, webhooksView],
  [/^\/mail$/, mailView],
  [/^\/instance$/, instanceView],
];

const main = document.getElementById('main');
let shown = 0;
let leave = null;

async function show() {
  if (location.hash === '#main') return main.focus();
  const turn = ++shown;
  leave?.();
  leave = null;
  const [path, search = ''] = (location.hash.slice(1) || '/users').split('?');
  const found = routes.find(([pattern]) => pattern.test(path));
  const section = path.split('/')[1];
  for (const link of document.querySelectorAll('nav a')) {
    const current = link.dataset.section === section;
    if (current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  main.setAttribute('aria-busy', 'true');
  try {
    if (!found) throw new Error(`There is no page at ${path}.`);
    const [pattern, view] = found;
    const parts = (pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
    const page = await view({ parts, query: new URLSearchParams(search) });
    // A slower earlier page must not replace a later one.
    if (turn !== shown) return page.leave?.();
    leave = page.leave ?? null;
    document.title = `${page.title} · Local Clerk`;
    main.replaceChildren(...page.content);
    main.dataset.view = path;
  } catch (error) {
    if (turn !== shown) return;
    main.replaceChildren(
      h('h1', null, 'This did not work'),
      h('p', null, error.message),
      h('p', null, h('a', { href: '#/users' }, 'Back to the users')),
    );
    announce(error.message, 'bad');
  } finally {
    if (turn === shown) {
      main.removeAttribute('aria-busy');
      const heading = main.querySelector('h1');
      if (turn > 1 && heading && !main.contains(document.activeElement)) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
    }
  }
}

window.addEventListener('hashchange', () => void show());
void show();
