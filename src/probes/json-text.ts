/** A value out of JSON text; undefined for what isn't JSON, or is nested deeper than the stack. Never throws. */
export const parseJsonText = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
};
