import { get } from './api.js';
import { announce, badge, h, number, time } from './dom.js';

const pageSize = 25;
/** Long enough not to ask on every key, short enough to feel immediate. */
const typingPauseMs = 200;

/** `#/users?query=&page=`: people, newest first, a page at a time. */
export async function usersView({ query }) {
  const search = h('input', {
    type: 'search',
    id: 'search',
    value: query.get('query') ?? '',
    placeholder: 'Name, email address or id',
    autocomplete: 'off',
  });
  const results = h('div', { id: 'results' });
  let page = Math.max(1, Number(query.get('page')) || 1);
  let turn = 0;

  /** At once, so that "back" returns to what was typed, even if its answer never came. */
  const keepAddress = () => {
    const kept = new URLSearchParams();
    if (search.value.trim() !== '') kept.set('query', search.value.trim());
    if (page > 1) kept.set('page', page);
    history.replaceState(null, '', kept.size > 0 ? `#/users?${kept}` : '#/users');
  };
  const load = async () => {
    const mine = ++turn;
    const params = new URLSearchParams({ limit: pageSize, offset: (page - 1) * pageSize });
    if (search.value.trim() !== '') params.set('query', search.value.trim());
    const answer = await get(`/_local/dashboard/users?${params}`);
    if (mine !== turn) return;
    results.replaceChildren(...rows(answer, page, go));
  };
  const go = async (to) => {
    page = to;
    keepAddress();
    await load().catch((error) => announce(error.message, 'bad'));
    results.querySelector('caption')?.scrollIntoView({ block: 'nearest' });
  };
  let pause;
  search.addEventListener('input', () => {
    clearTimeout(pause);
    page = 1;
    keepAddress();
    pause = setTimeout(() => {
      load().catch((error) => results.replaceChildren(h('p', { className: 'bad' }, error.message)));
    }, typingPauseMs);
  });
  await load();
  return {
    title: 'Users',
    leave: () => {
      clearTimeout(pause);
      turn = -1;
    },
    content: [
      h(
        'div',
        { className: 'head' },
        h('h1', null, 'Users'),
        h('a', { className: 'button primary', href: '#/users/new' }, 'Create user'),
      ),
      h(
        'div',
        { className: 'search' },
        h('label', { htmlFor: 'search', className: 'hidden' }, 'Search users'),
        search,
      ),
      results,
    ],
  };
}

function rows({ users, total }, page, go) {
  if (users.length === 0) {
    return [h('p', { className: 'empty' }, total === 0 ? 'Nobody found.' : 'Nobody on this page.')];
  }
  const first = (page - 1) * pageSize + 1;
  const last = first + users.length - 1;
  const pages = Math.ceil(total / pageSize);
  return [
    h(
      'table',
      { className: 'cards' },
      h('caption', null, `${number(first)} to ${number(last)} of ${number(total)}`),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['Person', 'Role', 'State', 'Last sign-in', 'Created'].map((name) =>
            h('th', { scope: 'col' }, name),
          ),
        ),
      ),
      h('tbody', null, users.map(row)),
    ),
    h(
      'div',
      { className: 'pager', role: 'group', 'aria-label': 'Pages' },
      h('button', { type: 'button', disabled: page <= 1, onclick: () => go(page - 1) }, 'Previous'),
      h('span', null, `Page ${number(page)} of ${number(pages)}`),
      h('button', { type: 'button', disabled: page >= pages, onclick: () => go(page + 1) }, 'Next'),
    ),
  ];
}

function row(user) {
  return h(
    'tr',
    null,
    h(
      'td',
      { dataset: { label: 'Person' } },
      h(
        'a',
        { className: 'person', href: `#/users/${encodeURIComponent(user.id)}` },
        h('img', { src: user.imageUrl, alt: '', width: 32, height: 32, loading: 'lazy' }),
        h('span', null, h('strong', null, user.name), h('small', null, user.email ?? 'no email')),
      ),
    ),
    h('td', { dataset: { label: 'Role' } }, user.role ?? h('span', { className: 'faint' }, 'none')),
    h('td', { dataset: { label: 'State' } }, stateBadge(user)),
    h('td', { dataset: { label: 'Last sign-in' } }, time(user.lastSignInAt)),
    h('td', { dataset: { label: 'Created' } }, time(user.createdAt)),
  );
}

export function stateBadge(user) {
  if (user.banned) return badge('banned', 'bad');
  if (user.locked) return badge('locked', 'warn');
  return badge('active', 'good');
}
