import { installCommands, updateCommands } from './install-command';
import { platformOf } from './platform';

test.each([
  ['ID=debian\nVERSION_ID="12"', 'debian'],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"', 'debian'],
  ['NAME="Fedora Linux"\nID=fedora', 'fedora'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'fedora'],
  ['ID=alpine', 'other'],
] as const)('%s is of the kind %s', (text, platform) => {
  expect(platformOf(text)).toBe(platform);
});

test('what systems package is installed by one command, Rust by rustup', () => {
  const missing = ['rust', 'cc', 'binutils', 'ocaml', 'dune'] as const;
  const rustup = expect.stringContaining('https://sh.rustup.rs') as string;
  expect(installCommands(missing, 'debian')).toEqual([
    rustup,
    'sudo apt-get install gcc libc6-dev binutils ocaml ocaml-dune',
  ]);
  expect(installCommands(missing, 'fedora')).toEqual([
    rustup,
    'sudo dnf install gcc binutils ocaml ocaml-dune',
  ]);
  expect(installCommands(missing, 'macos')).toEqual([
    rustup,
    'xcode-select --install',
    'brew install ocaml dune',
  ]);
  expect(installCommands(missing, 'other')).toEqual([
    rustup,
    'install gcc and binutils by the packages of your system',
    expect.stringContaining('opam install dune') as string,
  ]);
  expect(installCommands(['dune'], 'debian')).toEqual(['sudo apt-get install ocaml-dune']);
});

test('what is too old is brought up to date by whoever has newer ones', () => {
  expect(updateCommands(['rust', 'ocaml', 'dune'])).toEqual([
    expect.stringContaining('rustup update stable') as string,
    expect.stringContaining('opam switch create') as string,
    expect.stringContaining('opam install dune') as string,
  ]);
});
