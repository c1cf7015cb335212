import { get, post } from './api.js';
import { act, announce, facts, h, number, time } from './dom.js';

const steps = [
  ['1 minute', 60_000],
  ['5 minutes', 5 * 60_000],
  ['1 hour', 60 * 60_000],
  ['1 day', 24 * 60 * 60_000],
];
const limits = [
  ['off', 'Off'],
  ['development', 'Development'],
  ['production', 'Production'],
];

/** `#/instance`: which Clerk this is, its clock and its rate limits. */
export async function instanceView() {
  const content = h('div', { className: 'stack' });
  const show = (instance) => content.replaceChildren(...sections(instance, show));
  show(await get('/_local/status'));
  return { title: 'Instance', content: [h('h1', null, 'Instance'), content] };
}

function sections({ counts, clock, ...instance }, show) {
  const change = (path, body, said) => async () => {
    await post(`/_local/${path}`, body);
    show(await get('/_local/status'));
    announce(said);
  };
  return [
    h(
      'section',
      { className: 'card' },
      h('h2', null, 'This instance'),
      facts([
        ['Instance id', h('code', null, instance.instanceId)],
        ['Address', h('code', null, instance.url)],
        ['Publishable key', h('code', null, instance.publishableKey)],
        ['Users', number(counts.users)],
        ['Active sessions', number(counts.sessions)],
        ['Organizations', `${number(counts.organizations)}, members ${number(counts.memberships)}`],
      ]),
      h('p', { className: 'hint last' }, 'The secret keys are in the env file of the data folder.'),
    ),
    h(
      'section',
      { className: 'card', 'aria-labelledby': 'clock' },
      h('h2', { id: 'clock' }, 'Clock'),
      facts([
        ['Time here', time(clock.now)],
        ['Ahead of the machine by', clock.offsetMs === 0 ? 'nothing' : duration(clock.offsetMs)],
      ]),
      h(
        'p',
        { className: 'hint last' },
        'Moving it lets retries, codes, locks and sessions come due.',
      ),
      h(
        'div',
        { className: 'actions', role: 'group', 'aria-label': 'Move the clock forward' },
        steps.map(([label, advanceMs]) =>
          act(`+ ${label}`, change('clock', { advanceMs }, `The clock moved by ${label}`)),
        ),
        act('Reset', change('clock', { offsetMs: 0 }, 'The clock is the machine’s again'), {
          disabled: clock.offsetMs === 0,
        }),
      ),
    ),
    h(
      'section',
      { className: 'card', 'aria-labelledby': 'limits' },
      h('h2', { id: 'limits' }, 'Rate limits of the Backend API'),
      h(
        'div',
        { className: 'actions', role: 'group', 'aria-labelledby': 'limits' },
        limits.map(([mode, label]) =>
          act(label, change('rate-limits', { mode }, `Rate limits: ${label.toLowerCase()}`), {
            'aria-pressed': String(instance.rateLimits === mode),
          }),
        ),
      ),
    ),
  ];
}

function duration(ms) {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'min'],
  ].filter(([amount]) => amount > 0);
  return `${ms < 0 ? '-' : ''}${parts.map(([amount, unit]) => `${amount} ${unit}`).join(' ') || '< 1 min'}`;
}
