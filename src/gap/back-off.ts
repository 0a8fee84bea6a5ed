/** The wait before the first try again. */
const BACK_OFF_FIRST_MS = 250;
/** The longest wait between two tries. */
export const BACK_OFF_LONGEST_MS = 30_000;
/** What has worked for so long starts afresh when it fails; what fails sooner goes on waiting longer. */
const BACK_OFF_STEADY_MS = 30_000;
/** Up to this part of a wait is left out at random, so that many who lost the same thing do not come back all at once. */
const JITTER = 0.25;

/** How long to wait before the next try after `failures` in a row: soon at first, twice as long each time, in the end every 30 s. `random` is from 0 to below 1. */
export const backOffMs = (failures: number, random: number): number => {
  const wholeMs = Math.min(BACK_OFF_LONGEST_MS, BACK_OFF_FIRST_MS * 2 ** failures);
  return Math.round(wholeMs * (1 - JITTER * random));
};

/** How many failures in a row count after one more, of what had worked for `workedMs`. */
export const failuresAfter = (failures: number, workedMs: number): number =>
  workedMs >= BACK_OFF_STEADY_MS ? 0 : failures + 1;
