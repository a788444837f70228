const maxQuoted = 200;

/** Another program's words in a sentence of ours: in quotes that nothing in them ends, and bounded. Control characters are left to whoever shows it. Never throws. */
export const quoted = (text: string): string => {
  const points = [...text.slice(0, maxQuoted * 2)];
  const isWhole = points.length <= maxQuoted && text.length <= maxQuoted * 2;
  const shown = isWhole ? text : `${points.slice(0, maxQuoted - 1).join("")}…`;
  return `"${shown.replaceAll('"', "'")}"`;
};
