/**
 * Cases that are not carried yet: changed definitions of tables. Tests fail when
 * one of them starts to pass, so that the list only gets shorter.
 */
export const REFUSED_CASES: readonly string[] = [
  '32-add-column',
  '34-drop-column',
  '35-rename-column',
  '38-change-constraint',
  '68-fk-parent-rebuild-cascade',
];
