import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../app.config';
import { onlyWithoutAccess } from './-guards';
import { NoAccessPage } from '../features/session/no-access-page';

export const Route = createFileRoute('/no-access')({
  beforeLoad: onlyWithoutAccess,
  head: () => ({ meta: [{ title: `No access · ${appConfig.name}` }] }),
  component: NoAccessPage,
});
