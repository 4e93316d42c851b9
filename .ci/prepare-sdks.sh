#!/usr/bin/env bash
# The official clients that the conformance suites drive, installed outside the project.
set -euo pipefail
npm run -s sdks
