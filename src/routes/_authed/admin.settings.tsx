import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { settingsSearch } from '../../features/settings/search';
import { SettingsPage } from '../../features/settings/settings-page';

export const Route = createFileRoute('/_authed/admin/settings')({
  validateSearch: settingsSearch,
  head: () => ({ meta: [{ title: `Settings · ${appConfig.name}` }] }),
  component: SettingsRoute,
});

function SettingsRoute() {
  const { section } = Route.useSearch();
  return <SettingsPage {...(section && { section })} />;
}
