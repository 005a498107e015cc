"""The journal's tables, and the rule that states only move forward, kept by the database itself."""

from __future__ import annotations

VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS job (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY,
    started REAL NOT NULL,
    beat REAL NOT NULL,          -- last sign of life, by which a killed run's time is known
    ended TEXT,                  -- how it ended; NULL: it runs, or it was killed
    tokens INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS document (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    stamp TEXT NOT NULL,
    locator TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'skipped')),
    revision INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL, -- grows with every --force; outputs of an older one are not good
    seen INTEGER NOT NULL,       -- number of the scan that saw it last
    error TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    characters INTEGER NOT NULL DEFAULT 0,
    segments INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0,
    second_pass INTEGER NOT NULL DEFAULT 0,
    left_alone INTEGER NOT NULL DEFAULT 0,
    sentences INTEGER NOT NULL DEFAULT 0,
    sketch BLOB NOT NULL DEFAULT x'',
    issues TEXT NOT NULL DEFAULT '{}',
    outputs TEXT NOT NULL DEFAULT '[]',
    summary TEXT,
    seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS document_work ON document (state, crashes, id);
CREATE INDEX IF NOT EXISTS document_seen ON document (seen);

CREATE TRIGGER IF NOT EXISTS forward_only BEFORE UPDATE OF state, revision ON document
WHEN NEW.revision < OLD.revision OR (
    NEW.revision = OLD.revision AND NEW.state <> OLD.state AND NOT (
        (OLD.state = 'pending' AND NEW.state IN ('running', 'failed', 'skipped'))
        OR (OLD.state = 'running' AND NEW.state IN ('done', 'failed'))
    )
)
BEGIN SELECT RAISE(ABORT, 'a document''s state only moves forward'); END;
"""
