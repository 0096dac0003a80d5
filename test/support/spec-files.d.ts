export const ROOT: string;
export const WAITING: readonly string[];
export function specFilesOf(layer: string): {
  readonly alone: readonly string[];
  readonly sharing: readonly string[];
};
