import { get, post } from './api.js';
import { act, announce, badge, h, keepingFocus, number, time } from './dom.js';

const modes = [
  ['deliver', 'Deliver', 'Every message goes out at once.'],
  ['pause', 'Pause', 'Messages are kept and go out on Deliver.'],
  ['drop', 'Drop', 'New messages are logged and never sent.'],
];
/** Retries and answers come by themselves; the page looks again this often. */
const refreshMs = 3000;
const pageSize = 25;

/** `#/webhooks`: where messages go, whether they go, and the newest of them. */
export async function webhooksView() {
  const top = h('div', { className: 'stack' });
  const log = h('div', { id: 'deliveries' });
  let shown = [];
  let older = null;

  const loadTop = async () =>
    top.replaceChildren(...overview(await get('/_local/status'), loadAll));
  const loadLog = async () => {
    const page = await get(`/_local/deliveries?limit=${pageSize}`);
    shown = page.deliveries;
    older = page.before;
    draw();
  };
  const loadOlder = async () => {
    const page = await get(
      `/_local/deliveries?limit=${pageSize}&before=${encodeURIComponent(older)}`,
    );
    shown = [...shown, ...page.deliveries];
    older = page.before;
    draw();
  };
  const draw = () =>
    log.replaceChildren(
      ...table(shown),
      h('div', { className: 'pager' }, older ? act('Older', loadOlder) : null),
    );
  const loadAll = async () => {
    await Promise.all([loadTop(), loadLog()]);
  };
  await loadAll();
  const timer = setInterval(() => {
    // Somebody who reads further down is not disturbed.
    if (document.hidden || shown.length > pageSize) return;
    keepingFocus(loadAll).catch((error) => announce(error.message, 'bad'));
  }, refreshMs);
  return {
    title: 'Webhooks',
    leave: () => clearInterval(timer),
    content: [
      h('div', { className: 'head' }, h('h1', null, 'Webhooks'), act('Refresh', loadAll)),
      top,
      h('h2', { className: 'gap' }, 'Deliveries'),
      log,
    ],
  };
}

function overview(status, reload) {
  const { endpoints, ...policy } = status.webhooks;
  const counts = status.counts.deliveries;
  const setMode = (mode) => async () => {
    await post('/_local/webhooks/mode', { ...policy, mode });
    await reload();
    announce(modes.find(([name]) => name === mode)[2]);
  };
  const retry = async () => {
    const { resent } = await post('/_local/dashboard/deliveries/retry');
    await reload();
    announce(resent === 1 ? '1 delivery goes out now' : `${number(resent)} deliveries go out now`);
  };
  const [, , meaning] = modes.find(([name]) => name === policy.mode);
  return [
    h(
      'section',
      { className: 'card', 'aria-labelledby': 'mode' },
      h('h2', { id: 'mode' }, 'New messages'),
      h(
        'div',
        { className: 'actions', role: 'group', 'aria-labelledby': 'mode' },
        modes.map(([name, label]) =>
          act(label, setMode(name), { 'aria-pressed': String(policy.mode === name) }),
        ),
        h('span', { className: 'hint inline' }, meaning),
      ),
      special(policy),
      h(
        'p',
        { className: 'tally' },
        Object.entries(counts).map(([status, count]) =>
          h('span', null, statusBadge(status), ` ${number(count)}`),
        ),
        act('Retry all pending now', retry, { disabled: counts.pending === 0 }),
      ),
    ),
    h(
      'section',
      { className: 'card', 'aria-labelledby': 'endpoints' },
      h('h2', { id: 'endpoints' }, 'Endpoints'),
      endpoints.length === 0
        ? h('p', { className: 'faint' }, 'None. The stack names them when it starts.')
        : h(
            'ul',
            { className: 'plain' },
            endpoints.map((each) => endpointRow(each, reload)),
          ),
    ),
  ];
}

/** What tests switch on; nobody should wonder why a message came twice. */
function special({ duplicate, reorder }) {
  const notes = [
    duplicate > 0 ? `every message goes out ${duplicate + 1} times` : null,
    reorder ? 'newest first' : null,
  ].filter(Boolean);
  return notes.length > 0
    ? h('p', { className: 'problem' }, `Switched on: ${notes.join(', ')}.`)
    : null;
}

function endpointRow(endpoint, reload) {
  const enable = async () => {
    await post(`/_local/webhooks/endpoints/${encodeURIComponent(endpoint.id)}/enable`);
    await reload();
    announce('The endpoint takes messages again');
  };
  return h(
    'li',
    null,
    h('code', null, endpoint.url),
    ' ',
    endpoint.disabledAt
      ? badge('disabled', 'bad')
      : endpoint.failingSince
        ? badge('failing', 'warn')
        : badge('enabled', 'good'),
    endpoint.disabledAt ? act('Enable', enable) : null,
  );
}

function table(deliveries) {
  if (deliveries.length === 0) return [h('p', { className: 'empty' }, 'Nothing was sent yet.')];
  const names = ['Event', 'State', 'Attempts', 'To', 'Created'];
  return [
    h(
      'table',
      { className: 'cards' },
      h('caption', null, `The newest ${number(deliveries.length)}`),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          names.map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h('tbody', null, deliveries.map(row)),
    ),
  ];
}

function row(delivery) {
  const last = delivery.attempts.at(-1);
  const answer = last ? ` (${last.status ?? 'no answer'})` : '';
  return h(
    'tr',
    null,
    h(
      'td',
      { dataset: { label: 'Event' } },
      h('a', { href: `#/webhooks/${delivery.id}` }, h('strong', null, delivery.type)),
    ),
    h('td', { dataset: { label: 'State' } }, statusBadge(delivery.status)),
    h('td', { dataset: { label: 'Attempts' } }, `${delivery.attempts.length}${answer}`),
    h(
      'td',
      { dataset: { label: 'To' } },
      h('code', null, delivery.url ?? 'an endpoint that is gone'),
    ),
    h('td', { dataset: { label: 'Created' } }, time(delivery.createdAt)),
  );
}

const statusKinds = {
  delivered: 'good',
  pending: 'warn',
  failed: 'bad',
  disabled: 'bad',
  dropped: '',
};

export function statusBadge(status) {
  return badge(status, statusKinds[status] ?? '');
}
