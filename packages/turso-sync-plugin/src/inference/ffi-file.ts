/** The file by which projects are found that dune builds. */
export const FFI_FILE = 'dune-project';
