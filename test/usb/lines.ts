/** What is said between the guest and this machine: objects, each as a line of JSON. */
import type { Told } from './row.ts';

/** From the guest, about all of its rows. */
export type Report =
  | { readonly event: 'ready' }
  | { readonly event: 'begins'; readonly row: string }
  | { readonly event: 'says'; readonly line: string }
  | { readonly event: 'ends'; readonly row: string; readonly error?: string | undefined }
  | { readonly event: 'done' };

/** From a row in the guest to its other half: the first has the name of the row, and those after it an action. */
export interface Question {
  readonly ask: string;
  readonly argument: Told;
}

export type Answer = { readonly told: Told } | { readonly error: string };

/** What the guest is told when it starts, in the file plan.json. */
export interface Plan {
  readonly rows: readonly string[];
  /** The TCP port of this machine where rows find their other half. */
  readonly stagePort: number;
}

/** This machine, as the guest sees it. */
export const MACHINE = '10.0.2.2';
