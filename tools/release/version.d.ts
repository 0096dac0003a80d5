/** Files that name the version of package.json. */
export const FILES: readonly string[];
/** The text of one of these files with this version. */
export function withVersion(file: string, text: string, version: string): string;
/** The changelog with its unreleased entries under a release. Throws if there are none. */
export function released(changelog: string, version: string, date: string): string;
