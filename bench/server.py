"""The program as `serve.py` starts it, with a few pages more to measure it by. Run by `bench.running`."""

import json
import sys
import time
from pathlib import Path

from flask import g, render_template

import serve
from blueprints.gate import allow, me, public
from blueprints.my_page import told_to
from rules import obligations
from rules.roles import Permission

_kept = {}


@allow(Permission.USE_OWN_PAGE)
def constant():
    """What a signed-in person's cheapest page costs: the session, the middleware, and nothing else."""
    return "A page."


@allow(Permission.USE_OWN_PAGE)
def my_page_from_memory():
    """My page, rendered from rows that were fetched at the first visit."""
    if not _kept:
        _kept["policy"], _kept["page"] = obligations.policy_in_force(), told_to(me._get_current_object())
    g.policy = _kept["policy"]
    return render_template("my_page/page.html", **_kept["page"])


@public
def process():
    """What this process has used: seconds of CPU, bytes of memory."""
    return json.dumps({"cpu": time.process_time(), "memory": _memory()})


def _memory():
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    import resource  # macOS; there is none on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the most there ever was
    return most if sys.platform == "darwin" else most * 1024


def _with_bench_pages(make):
    def create_app(settings):
        app = make(settings)
        for name, view in (("constant", constant), ("memory", my_page_from_memory), ("process", process)):
            app.add_url_rule(f"/bench/{name}", f"bench_{name}", view)
        return app

    return create_app


if __name__ == "__main__":
    serve.create_app = _with_bench_pages(serve.create_app)
    serve.main([])
