// How `nx release` reads and writes the version. Nx's own implementation knows package.json only, and comes with @nx/js.
const { VersionActions } = require('nx/release');
const { files, released } = require('./places.cjs');

/** The package that writes all places: the three have one version. */
const WRITER = 'turso-core';

module.exports = class OneVersion extends VersionActions {
  validManifestFilenames = ['package.json'];
  excludeManifestsFromFormatting = true;

  async readCurrentVersionFromSourceManifest(tree) {
    const [{ manifestPath }] = this.manifestsToUpdate;
    return { currentVersion: JSON.parse(tree.read(manifestPath, 'utf-8')).version, manifestPath };
  }

  async readCurrentVersionFromRegistry() {
    return null;
  }

  async readCurrentVersionOfDependency() {
    return { currentVersion: null, dependencyCollection: null };
  }

  async updateProjectVersion(tree, version) {
    if (this.projectGraphNode.name !== WRITER) return [];
    const date = new Date().toISOString().slice(0, 10);
    for (const file of files) tree.write(file, released(file, tree.read(file, 'utf-8'), version, date));
    return [`New version ${version} written to ${files.join(', ')}`];
  }

  /** {@link updateProjectVersion} has written them. */
  async updateProjectDependencies() {
    return [];
  }
};
