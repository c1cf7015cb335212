const setUp = 'docs/guides/real-services.md';

/** Which section explains a finding, by the start of its id; the first that fits counts. */
const sections: [prefix: string, section: string][] = [
  ['setting', `${setUp}#4-the-web-app`],
  ['clerk.', `${setUp}#1-clerk`],
  ['convex.first-owner', `${setUp}#5-the-first-superadmin`],
  ['convex.last-delivery', `${setUp}#3-webhooks`],
  ['webhook.', `${setUp}#3-webhooks`],
  ['convex.', `${setUp}#2-convex`],
  ['deployment.', `${setUp}#2-convex`],
  ['sync.', 'docs/guides/sync-and-schedules.md#the-schedule'],
  ['tokens.', 'docs/guides/rest-and-command-line.md#api-tokens'],
];

export function guideOf(id: string): string {
  return (
    sections.find(([prefix]) => id.startsWith(prefix))?.[1] ?? 'docs/guides/troubleshooting.md'
  );
}
