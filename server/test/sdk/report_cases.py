"""Runs cases one after the other and prints one JSON line for each: its name, and what went wrong or null."""

import json
import traceback


def report_cases(cases):
    for name, run in cases.items():
        error = None
        try:
            run()
        except BaseException:
            error = traceback.format_exc()[-1500:]
        print(json.dumps({"case": name, "error": error}), flush=True)
