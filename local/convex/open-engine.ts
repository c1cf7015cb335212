import type { Engine } from './engine/contract';
import type { DeployApi } from './http/deploy-api';

export interface OpenedEngine {
  engine: Engine;
  deploy: DeployApi;
  /** A saved push was loaded. */
  deployed: boolean;
}

export type OpenEngine = (options: {
  dataDir: string;
  url: string;
  siteUrl: string;
}) => Promise<OpenedEngine>;

export const openEngine: OpenEngine = async () => {
  throw new Error('The engine is not part of this build.');
};
