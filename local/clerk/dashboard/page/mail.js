import { get } from './api.js';
import { act, h, time } from './dom.js';

/** `#/mail`: what the real Clerk would have sent by email, with its codes and links. */
export async function mailView() {
  const list = h('div', { id: 'mails' });
  const load = async () => list.replaceChildren(...cards(await get('/_local/outbox-mail')));
  await load();
  return {
    title: 'Mail',
    content: [
      h('div', { className: 'head' }, h('h1', null, 'Mail'), act('Refresh', load)),
      h(
        'p',
        { className: 'hint' },
        'Nothing leaves this machine. Addresses with +clerk_test get no mail: their code is 424242.',
      ),
      list,
    ],
  };
}

function cards({ mails }) {
  if (mails.length === 0) return [h('p', { className: 'empty' }, 'No mail yet.')];
  return [
    h(
      'table',
      { className: 'cards' },
      h('caption', null, `The newest ${mails.length}`),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['To', 'Subject', 'Code or link', 'Sent'].map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h(
        'tbody',
        null,
        mails.map((mail) =>
          h(
            'tr',
            null,
            h('td', { dataset: { label: 'To' } }, mail.to),
            h('td', { dataset: { label: 'Subject' } }, h('span', null, mail.subject)),
            h('td', { dataset: { label: 'Code or link' } }, codeOrLink(mail)),
            h('td', { dataset: { label: 'Sent' } }, time(mail.createdAt)),
          ),
        ),
      ),
    ),
  ];
}

function codeOrLink(mail) {
  if (mail.code) return h('code', { className: 'code' }, mail.code);
  return mail.url ? h('a', { href: mail.url, rel: 'noreferrer' }, 'Open the link') : '';
}
