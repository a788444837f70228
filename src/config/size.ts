const unitBytes: Readonly<Record<string, number>> = { K: 1024, M: 1_048_576, G: 1_073_741_824 };

/** Reads `64K 200M 2G` (powers of 1024) into bytes; undefined when it is not one, or too large to count. Never throws. */
export const parseSize = (text: string): number | undefined => {
  const [, digits, unit] = /^(\d{1,9})([KMG])$/u.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const bytes = Number(digits) * (unitBytes[unit] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
};

/** Writes whole KiB the way the config does, in the largest unit that holds them whole: `64K`, `8M`. Never throws. */
export const printSize = (bytes: number): string => {
  const [unit, size] = Object.entries(unitBytes).findLast(([, each]) => bytes % each === 0 && bytes >= each) ?? [
    "K",
    1024,
  ];
  return `${Math.round(bytes / size)}${unit}`;
};
