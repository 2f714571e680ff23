import { parseRemoteUrl } from '../../remote/url';
import { createHiding } from './hide';

const project = {
  directory: '/srv/shop',
  authToken: () => 'sesame.open',
  encryptionKey: () => 'c2VjcmV0/a2V5+A==',
};
const address = parseRemoteUrl('libsql://db.example.org:8080', project.directory);
const hide = createHiding(project, address, false);

test.each([
  ['token=xsesame.openx', 'token=x[token]x'],
  ['key_c2VjcmV0/a2V5+A==_', 'key_[key]_'],
  ['libsql://db.example.org:8080 does not answer', 'libsql://[hidden] does not answer'],
  ['DB.example.org', '[hidden]'],
  ['Namespace `db` does not exist', 'Namespace `[hidden]` does not exist'],
  [`no database "db"`, `no database "[hidden]"`],
  ['/srv/shop/.turso', '[project]/.turso'],
])('%s is shown as %s', (text, shown) => expect(hide(text)).toBe(shown));

test.each(['Run turso db tokens create.', 'sqlite_dbpage', 'dashes'])('%s is no name of it', (text) =>
  expect(hide(text)).toBe(text),
);

test('the host and the database are shown if they are asked for', () => {
  const text = 'db.example.org has no namespace `db`';
  expect(createHiding(project, address, true)(`${text}: sesame.open`)).toBe(`${text}: [token]`);
});
