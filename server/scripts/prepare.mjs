// Run by `npm install`: makes the database template that first starts copy. Plain JavaScript, because an old Node runs
// it too; whatever happens, the installation succeeds, and the first start then takes some seconds longer.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);

if (!stripsTypes) {
  console.log(
    `reeve: no database template made, since Node ${process.versions.node} is too old for Reeve (22.18 or newer).`,
  );
} else {
  try {
    const { ensurePrepared, removeOldTemplates } = await import('../src/platform/database/prepare-template.ts');
    await ensurePrepared();
    await removeOldTemplates();
  } catch (error) {
    console.log(`reeve: no database template made, so the first start takes longer: ${error.message}`);
  }
}
