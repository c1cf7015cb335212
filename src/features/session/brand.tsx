import { appConfig } from '../../../app.config';
import { Logo } from '../../components/logo';

export function Brand() {
  return (
    <span className="flex h-14 items-center gap-2 px-5 font-semibold">
      <Logo /> {appConfig.name}
    </span>
  );
}
