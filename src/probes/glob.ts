/**
 * Tells whether a glob with `*` (any text) and `?` (one UTF-16 unit) matches a whole text, newlines included. Not a regular
 * expression: the text is another program's, and this takes at most length times length steps whatever stands in it. Never throws.
 */
export const matchesGlob = (glob: string, text: string): boolean => {
  let [at, place, star, mark] = [0, 0, -1, 0];
  while (place < text.length) {
    const sign = glob[at];
    if (sign === "*") {
      star = at;
      mark = place;
      at += 1;
    } else if (sign === "?" || sign === text[place]) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      place = mark;
    } else return false;
  }
  return /^\**$/u.test(glob.slice(at));
};
