/** The licences of a lock file as lines, `name@version` and the SPDX expression, and the packages whose licence is not allowed. */
export function readLicences(file?: string): {
  readonly text: string;
  readonly refused: readonly { readonly name: string; readonly licence: string }[];
};
/** Whether an SPDX expression can be satisfied with allowed licences alone. */
export function isAllowed(expression: string): boolean;
