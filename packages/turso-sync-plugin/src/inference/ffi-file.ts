/** The file that marks projects built by dune. */
export const FFI_FILE = 'dune-project';
