"""The least there is, served by waitress: Flask and one query of sqlite3, and a view that returns a constant.

What a start and a signed-in page of ours are compared with. It imports nothing of the program, and reads the same
cookie: its secret is the school’s.
"""

import os
import sqlite3
import time
from pathlib import Path

import waitress
from flask import Flask

folder = Path(os.environ["INTRANET_INSTANCE"])
app = Flask(__name__)
app.secret_key = (folder / "secret_key").read_text(encoding="ascii").strip()
database = sqlite3.connect(folder / "bare.sqlite3", check_same_thread=False)
database.execute("CREATE TABLE IF NOT EXISTS school (name TEXT)")


@app.get("/sign-in")
def page():
    """One page with one query."""
    rows = database.execute("SELECT name FROM school").fetchall()
    return f"<!DOCTYPE html><title>Bare</title><p>{len(rows)} schools"


@app.get("/bench/constant")
def constant():
    """A constant."""
    return "A page."


@app.get("/bench/process")
def process():
    """Seconds of CPU that this process has used."""
    return {"cpu": time.process_time()}


if __name__ == "__main__":
    waitress.serve(app, host="127.0.0.1", port=int(os.environ["INTRANET_PORT"]), threads=1, _quiet=True)
