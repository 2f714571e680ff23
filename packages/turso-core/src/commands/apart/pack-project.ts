import type { Project } from '../../project/project';
import type { RemoteAddress } from '../../remote/url';
import { packError, unpackError, type PackedError } from './message';

/** A project, or the part a verb needs. */
export type ProjectPart = Pick<Project, 'address' | 'authToken' | 'encryptionKey'> & Partial<Project>;

/** The return value or the error of a function. */
type Told<T> = { readonly value: T } | { readonly error: PackedError };

type PackedProject = Omit<ProjectPart, 'address' | 'authToken' | 'encryptionKey' | 'siblings'> & {
  readonly address: Told<PackedAddress>;
  readonly authToken: Told<string | undefined>;
  readonly encryptionKey: Told<string | undefined>;
};

/** Converts a project to plain data. Calls its functions now, because they may read this process's variables. */
export function packProject(project: ProjectPart): unknown {
  const siblings = told(() => project.siblings?.().map(packOne) ?? []);
  return [packOne(project), siblings];
}

function packOne({
  address,
  authToken,
  encryptionKey,
  siblings: _siblings,
  ...rest
}: ProjectPart): PackedProject {
  return {
    ...rest,
    address: told(() => packAddress(address())),
    authToken: told(authToken),
    encryptionKey: told(encryptionKey),
  };
}

/** Restores the project given to {@link packProject}. */
export function unpackProject(packed: unknown): Project {
  const [own, siblings] = packed as [PackedProject, Told<readonly PackedProject[]>];
  const all = (): readonly PackedProject[] => [own, ...toldBy(siblings)];
  const unpackOne = (one: PackedProject): Project => ({
    ...(one as Omit<Project, 'address' | 'authToken' | 'encryptionKey' | 'siblings'>),
    address: () => unpackAddress(toldBy(one.address)),
    authToken: () => toldBy(one.authToken),
    encryptionKey: () => toldBy(one.encryptionKey),
    siblings: () =>
      all()
        .filter((other) => other !== one)
        .map(unpackOne),
  });
  return unpackOne(own);
}

function told<T>(work: () => T): Told<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error: packError(error) };
  }
}

function toldBy<T>(outcome: Told<T>): T {
  if ('error' in outcome) throw unpackError(outcome.error);
  return outcome.value;
}

type PackedAddress =
  | Extract<RemoteAddress, { kind: 'file' }>
  | (Omit<Extract<RemoteAddress, { kind: 'http' }>, 'url'> & { readonly url: string });

function packAddress(address: RemoteAddress): PackedAddress {
  return address.kind === 'http' ? { ...address, url: address.url.href } : address;
}

function unpackAddress(address: PackedAddress): RemoteAddress {
  return address.kind === 'http' ? { ...address, url: new URL(address.url) } : address;
}
