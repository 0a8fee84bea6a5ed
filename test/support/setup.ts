import { aroundAll, aroundEach } from 'vitest';
import { leavingNothing } from './leftovers.ts';
import { withOwnState } from './own-state.ts';
// A module of its own: this file runs anew for each file of tests, also where all share one process.
import './watches.ts';

let anyFailed = false;
aroundAll(withOwnState);
aroundAll((run) => leavingNothing(run, () => anyFailed));
aroundEach((run, { task }) =>
  leavingNothing(run, () => {
    const failed = task.result?.state === 'fail';
    anyFailed ||= failed;
    return failed;
  }).catch((error: unknown) => {
    anyFailed = true;
    throw error;
  }),
);
