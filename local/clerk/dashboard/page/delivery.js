import { get, post } from './api.js';
import { act, announce, facts, h, json, time } from './dom.js';
import { statusBadge } from './webhooks.js';

/** A resent delivery is answered within this time, or it will be retried by itself. */
const answerWaitMs = 400;

/** `#/webhooks/<delivery id>`: one message to one endpoint, with what came of it. */
export async function deliveryView({ parts: [id] }) {
  const path = `/_local/dashboard/deliveries/${encodeURIComponent(id)}`;
  const content = h('div', { className: 'stack' });
  const load = async () => content.replaceChildren(...sections(await get(path), resend));
  const resend = async () => {
    await post(`/_local/deliveries/${encodeURIComponent(id)}/resend`);
    announce('The message goes out again');
    await new Promise((resolve) => setTimeout(resolve, answerWaitMs));
    await load();
  };
  await load();
  return { title: 'Delivery', content: [content] };
}

function sections(delivery, resend) {
  return [
    h(
      'p',
      { className: 'crumb' },
      h('a', { href: '#/webhooks' }, 'Webhooks'),
      ' / ',
      h('code', null, delivery.id),
    ),
    h(
      'div',
      { className: 'head' },
      h('h1', null, delivery.type),
      h(
        'div',
        { className: 'actions' },
        statusBadge(delivery.status),
        act(delivery.status === 'pending' ? 'Retry now' : 'Resend', resend, {
          className: 'primary',
        }),
      ),
    ),
    h(
      'section',
      { className: 'card' },
      h('h2', null, 'Message'),
      facts([
        ['Message id', h('code', null, delivery.messageId)],
        ['To', h('code', null, delivery.url ?? 'an endpoint that is gone')],
        ['Created', time(delivery.createdAt)],
        ['Next attempt', delivery.nextAttemptAt ? time(delivery.nextAttemptAt) : null],
      ]),
    ),
    h(
      'section',
      { className: 'card' },
      h('h2', null, 'Attempts'),
      delivery.attempts.length === 0
        ? h('p', { className: 'faint' }, 'None yet.')
        : h('ol', { className: 'plain' }, delivery.attempts.map(attempt)),
    ),
    h('section', { className: 'card' }, h('h2', null, 'Payload'), json(delivery.payload)),
  ];
}

function attempt({ at, durationMs, status, excerpt }) {
  const good = status >= 200 && status < 300;
  return h(
    'li',
    null,
    h('strong', { className: good ? 'good' : 'bad' }, status ?? 'No answer'),
    ' ',
    time(at),
    h('small', null, ` in ${Math.round(durationMs)} ms`),
    excerpt ? h('pre', { className: 'json small' }, excerpt) : null,
  );
}
