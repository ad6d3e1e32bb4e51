"""The least there is: a page of Flask with one query of sqlite3, served by waitress. What a start is compared with."""

import os
import sqlite3
from pathlib import Path

import waitress
from flask import Flask

app = Flask(__name__)
database = sqlite3.connect(Path(os.environ["INTRANET_INSTANCE"]) / "bare.sqlite3", check_same_thread=False)
database.execute("CREATE TABLE IF NOT EXISTS school (name TEXT)")


@app.get("/sign-in")
def page():
    """One page with one query."""
    rows = database.execute("SELECT name FROM school").fetchall()
    return f"<!DOCTYPE html><title>Bare</title><p>{len(rows)} schools"


if __name__ == "__main__":
    waitress.serve(app, host="127.0.0.1", port=int(os.environ["INTRANET_PORT"]), threads=1, _quiet=True)
