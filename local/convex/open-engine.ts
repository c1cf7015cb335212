import { createEngine } from './engine/create-engine';
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
  writerProgram?: URL | undefined;
  isQuiet?: () => boolean;
}) => Promise<OpenedEngine>;

/** The real engine; tests of the servers alone bring their own. */
export const openEngine: OpenEngine = (options) => createEngine(options);
