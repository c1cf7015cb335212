import { post } from './api.js';
import { announce, h } from './dom.js';
import { metadataEditor } from './metadata-editor.js';

/** `#/users/new` */
export async function newUserView() {
  const fields = [
    ['email', 'Email address', 'email', true],
    ['firstName', 'First name', 'text', false],
    ['lastName', 'Last name', 'text', false],
    ['password', 'Password (8 characters or more; may stay empty)', 'password', false],
  ];
  const metadata = metadataEditor('Public metadata', {});
  const problem = h('p', { className: 'problem', role: 'alert' });
  const form = h(
    'form',
    {
      className: 'card form',
      noValidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        problem.textContent = '';
        try {
          const given = Object.fromEntries(new FormData(form).entries());
          const publicMetadata = metadata.value();
          const user = await post('/_local/dashboard/users', { ...given, publicMetadata });
          announce(`${user.name} was created`);
          location.hash = `#/users/${encodeURIComponent(user.id)}`;
        } catch (error) {
          problem.textContent = error.message;
          if (error.field) form.elements.namedItem(error.field)?.focus();
        }
      },
    },
    fields.map(([name, label, type, required]) =>
      h(
        'label',
        null,
        label,
        h('input', { name, type, required, autocomplete: 'off', spellcheck: false }),
      ),
    ),
    metadata.element,
    problem,
    h(
      'div',
      { className: 'actions' },
      h('button', { type: 'submit', className: 'primary' }, 'Create user'),
      h('a', { className: 'button', href: '#/users' }, 'Cancel'),
    ),
  );
  return { title: 'Create user', content: [h('h1', null, 'Create user'), form] };
}
