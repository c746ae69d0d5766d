/** A room of the workspace and what it may import; see rooms.mjs. */
export interface Room {
  readonly folder: string;
  readonly mayImport: readonly string[];
  readonly onlyPackages?: readonly string[];
  readonly bannedPackages?: readonly string[];
}
export declare const rooms: Readonly<Record<string, Room>>;
export declare const roomConstraints: {
  sourceTag: string;
  onlyDependOnLibsWithTags: string[];
  allowedExternalImports?: string[];
  bannedExternalImports?: string[];
}[];
