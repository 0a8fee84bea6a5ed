/** Least, middle and greatest of some numbers; zeros where there are none. */
export const spread = (
  numbers: readonly number[],
): { readonly least: number; readonly median: number; readonly most: number } => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return {
    least: sorted[0] ?? 0,
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    most: sorted.at(-1) ?? 0,
  };
};
