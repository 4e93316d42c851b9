// Placeholder until the embedded database lands: see platform/database.
