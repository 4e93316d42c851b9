// Runs cases one after the other and prints one JSON line for each: its name, and what went wrong or null.
export async function reportCases(cases) {
  for (const [name, run] of Object.entries(cases)) {
    const error = await run().then(
      () => null,
      (thrown) => thrown,
    );
    const message = error === null ? null : String(error.stack ?? error).slice(0, 1500);
    process.stdout.write(`${JSON.stringify({ case: name, error: message })}\n`);
  }
  process.exit(0);
}
