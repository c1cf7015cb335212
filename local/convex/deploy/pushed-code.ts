import type { Definition } from '../components/definition';
import type { AnalyzedModule } from '../functions/analyze-modules';
import type { LinkedModule } from '../functions/link-module';
import type { SchemaJson } from '../store/contract';

/** The code of one definition, evaluated: what a push brings and what is kept of it. */
export interface PushedComponent {
  definition: Definition;
  schema: SchemaJson | null;
  modules: Map<string, LinkedModule>;
  analysis: Record<string, AnalyzedModule>;
  /** Version of the `convex` package it was bundled with. */
  serverVersion: string;
}

export interface PushedCode {
  /** The folder the command line pushed from, `convex/`. */
  functionsFolder: string;
  /** By definition path; `''` is the app. */
  components: Map<string, PushedComponent>;
}
