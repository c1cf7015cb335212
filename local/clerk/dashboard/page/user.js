import { get, patch, post, remove } from './api.js';
import { act, announce, badge, confirmed, facts, h, json, time } from './dom.js';
import { metadataEditor } from './metadata-editor.js';
import { stateBadge } from './users.js';

/** `#/users/<id>`: one person, with everything that can be changed by hand. */
export async function userView({ parts: [id] }) {
  const path = `/_local/dashboard/users/${encodeURIComponent(id)}`;
  const content = h('div', { className: 'stack' });
  const show = (user) => content.replaceChildren(...sections(user, { path, show }));
  const user = await get(path);
  show(user);
  return { title: user.name, content: [content] };
}

function sections(user, page) {
  return [
    h(
      'p',
      { className: 'crumb' },
      h('a', { href: '#/users' }, 'Users'),
      ' / ',
      h('code', null, user.id),
    ),
    h(
      'div',
      { className: 'head' },
      h(
        'div',
        { className: 'person large' },
        h('img', { src: user.imageUrl, alt: '', width: 56, height: 56 }),
        h('div', null, h('h1', null, user.name), h('small', null, user.email ?? 'no email')),
      ),
      stateBadge(user),
    ),
    h('div', { className: 'columns' }, namesForm(user, page), factsCard(user)),
    metadataForm(user, page),
    readOnlyMetadata(user),
    dangerCard(user, page),
  ];
}

/** A form that saves a part of the person and says what is wrong beside its button. */
function savingForm({ title, children, button, patchOf, page, done }) {
  const problem = h('p', { className: 'problem', role: 'alert' });
  const form = h(
    'form',
    {
      className: 'card form',
      onsubmit: async (event) => {
        event.preventDefault();
        problem.textContent = '';
        try {
          page.show(await patch(page.path, patchOf(form)));
          announce(done);
        } catch (error) {
          problem.textContent = error.message;
        }
      },
    },
    h('h2', null, title),
    children,
    problem,
    h('div', { className: 'actions' }, h('button', { className: 'primary' }, button)),
  );
  return form;
}

function namesForm(user, page) {
  const field = (name, label) =>
    h('label', null, label, h('input', { name, value: user[name] ?? '', autocomplete: 'off' }));
  return savingForm({
    title: 'Name',
    children: [field('firstName', 'First name'), field('lastName', 'Last name')],
    button: 'Save name',
    patchOf: (form) => Object.fromEntries(new FormData(form).entries()),
    page,
    done: 'The name was saved',
  });
}

function metadataForm(user, page) {
  const editor = metadataEditor('Public metadata (JSON object)', user.publicMetadata);
  return savingForm({
    title: 'Public metadata',
    children: [
      h(
        'p',
        { className: 'hint' },
        'Read by the browser, written by servers. The role lives here.',
      ),
      editor.element,
    ],
    button: 'Save metadata',
    patchOf: () => ({ publicMetadata: editor.value() }),
    page,
    done: 'The metadata was saved',
  });
}

function readOnlyMetadata(user) {
  return h(
    'section',
    { className: 'columns' },
    [
      ['Private metadata', 'For servers only.', user.privateMetadata],
      ['Unsafe metadata', 'Written by the person; never trusted.', user.unsafeMetadata],
    ].map(([title, hint, value]) =>
      h(
        'div',
        { className: 'card' },
        h('h2', null, title),
        h('p', { className: 'hint' }, hint),
        json(value),
      ),
    ),
  );
}

function factsCard(user) {
  const emails = user.emails.map((email) =>
    h(
      'div',
      null,
      email.emailAddress,
      ' ',
      email.primary ? badge('primary') : null,
      email.verified ? null : badge('unverified', 'warn'),
    ),
  );
  return h(
    'div',
    { className: 'card' },
    h('h2', null, 'Account'),
    facts([
      ['Email', emails.length > 0 ? h('div', null, emails) : null],
      ['External id', user.externalId],
      ['Password', user.hasPassword ? 'set' : 'none'],
      [
        'Signed in on',
        `${user.activeSessions} ${user.activeSessions === 1 ? 'device' : 'devices'}`,
      ],
      ['Organizations', user.organizations.map((each) => `${each.name} (${each.role})`).join(', ')],
      ['Last sign-in', time(user.lastSignInAt)],
      ['Created', time(user.createdAt)],
      ['Updated', time(user.updatedAt)],
    ]),
  );
}

function dangerCard(user, page) {
  const change = (action, said) => async () => {
    page.show(await post(`${page.path}/${action}`));
    announce(said);
  };
  const erase = async () => {
    const sure = await confirmed({
      title: `Delete ${user.name}?`,
      text: 'The account and its sessions go for good, and user.deleted is sent to every webhook.',
      action: 'Delete user',
    });
    if (!sure) return;
    await remove(page.path);
    announce(`${user.name} was deleted`);
    location.hash = '#/users';
  };
  return h(
    'section',
    { className: 'card', 'aria-labelledby': 'access' },
    h('h2', { id: 'access' }, 'Access'),
    h('p', { className: 'hint' }, 'A ban ends every session and refuses the next sign-in.'),
    h(
      'div',
      { className: 'actions' },
      user.banned
        ? act('Unban', change('unban', `${user.name} may sign in again`))
        : act('Ban', change('ban', `${user.name} is banned`), { className: 'danger-quiet' }),
      user.locked ? act('Unlock', change('unlock', `${user.name} is unlocked`)) : null,
      act('Delete user', erase, { className: 'danger' }),
    ),
  );
}
