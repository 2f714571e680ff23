import { ffiDemo } from '@turso-sync/testing';
import { makeWorkspace } from '../workspace.fixture';
import { declaredFunctions, parseSymbols } from './symbols';

const NM = `
libturso_demo.a[turso_demo.o]:
turso_demo_add T 0 5
weak_one W 10 5
turso_common C 4 4
undefined_one U
libturso_demo.a[second.o]:
turso_demo_answer T 0000000000000000 000000000000000b
`;

test('names are those that are defined, of whatever kind', () => {
  expect(parseSymbols(NM, 'linux')).toEqual([
    'turso_demo_add',
    'weak_one',
    'turso_common',
    'turso_demo_answer',
  ]);
});

test('on macOS they have an underscore before them', () => {
  expect(parseSymbols('_turso_demo_add T 0 5\n', 'darwin')).toEqual(['turso_demo_add']);
});

test('functions are what headers declare; comments, macros and other names are none', () => {
  const crate = makeWorkspace({
    ...ffiDemo(),
    'include/second.h': `typedef enum turso_status { TURSO_OK = 0 } turso_status;
      #define turso_macro(x) \\
        turso_inner(x)
      turso_status turso_demo_call(int64_t id /* of turso_demo_id() */,
                                   const char *(*turso_callback)(void));
      void other_function(int);`,
    'include/notes.txt': 'turso_notes()',
  });
  expect(declaredFunctions(crate, 'turso_')).toEqual([
    'turso_demo_add',
    'turso_demo_answer',
    'turso_demo_call',
  ]);
});

test('a crate without headers declares nothing', () => {
  expect(declaredFunctions(makeWorkspace(), 'turso_')).toEqual([]);
});
