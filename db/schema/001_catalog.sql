-- Version 1: the nouns of the catalog. Numbers are never reused (AUTOINCREMENT): undo brings rows back under their own.

CREATE TABLE recording (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  sample_rate INTEGER NOT NULL CHECK (sample_rate > 0),
  channels INTEGER NOT NULL CHECK (channels > 0),
  frames INTEGER NOT NULL CHECK (frames >= 0),
  bytes INTEGER NOT NULL DEFAULT 0,
  source TEXT NOT NULL DEFAULT '',
  rights TEXT NOT NULL DEFAULT '',
  notes TEXT NOT NULL DEFAULT '',
  missing INTEGER NOT NULL DEFAULT 0,
  added_at TEXT NOT NULL
);
CREATE INDEX recording_by_name ON recording (name);
CREATE INDEX recording_by_rate ON recording (sample_rate);
CREATE INDEX recording_missing ON recording (id) WHERE missing;

CREATE TABLE label (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''),
  color TEXT NOT NULL DEFAULT '',
  key INTEGER UNIQUE CHECK (key BETWEEN 1 AND 9)
);

CREATE TABLE tag (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> '')
);

CREATE TABLE phrase (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  seed INTEGER NOT NULL DEFAULT 0,
  notes_json TEXT NOT NULL DEFAULT ''
);

CREATE TABLE clip (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  recording_id INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
  start_frame INTEGER NOT NULL CHECK (start_frame >= 0),
  frame_count INTEGER NOT NULL CHECK (frame_count > 0),
  pad_frames INTEGER NOT NULL DEFAULT 0 CHECK (pad_frames >= 0),
  seconds REAL NOT NULL,
  sha256 TEXT NOT NULL,
  label_id INTEGER REFERENCES label (id) ON DELETE SET NULL,
  phrase_id INTEGER REFERENCES phrase (id) ON DELETE SET NULL,
  split INTEGER NOT NULL DEFAULT 0 CHECK (split BETWEEN 0 AND 3),
  rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
  excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
  notes TEXT NOT NULL DEFAULT '',
  loudness REAL,
  peak REAL,
  added_at TEXT NOT NULL
);
-- One index for each column a list can be sorted by: the id list is then read from the index alone.
CREATE INDEX clip_by_recording ON clip (recording_id, start_frame);
CREATE INDEX clip_by_label ON clip (label_id);
CREATE INDEX clip_by_phrase ON clip (phrase_id);
CREATE INDEX clip_by_sha256 ON clip (sha256);
CREATE INDEX clip_by_seconds ON clip (seconds);
CREATE INDEX clip_by_rating ON clip (rating);
CREATE INDEX clip_by_split ON clip (split);
CREATE INDEX clip_by_excluded ON clip (excluded);
CREATE INDEX clip_by_start ON clip (start_frame);
CREATE INDEX clip_by_loudness ON clip (loudness);
CREATE INDEX clip_by_peak ON clip (peak);
CREATE INDEX clip_by_added ON clip (added_at);

CREATE TABLE clip_tag (
  clip_id INTEGER NOT NULL REFERENCES clip (id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
  PRIMARY KEY (clip_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX clip_tag_by_tag ON clip_tag (tag_id, clip_id);

CREATE TABLE saved_filter (
  name TEXT PRIMARY KEY COLLATE NOCASE CHECK (name <> ''),
  query TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE pair_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''),
  kind TEXT NOT NULL DEFAULT '',
  seed INTEGER NOT NULL DEFAULT 0,
  notes TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL
);

CREATE TABLE pair (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  set_id INTEGER NOT NULL REFERENCES pair_set (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  content_id INTEGER NOT NULL REFERENCES clip (id) ON DELETE CASCADE,
  style_id INTEGER NOT NULL REFERENCES clip (id) ON DELETE CASCADE,
  target_id INTEGER REFERENCES clip (id) ON DELETE SET NULL,
  reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX pair_by_set ON pair (set_id, position);
CREATE INDEX pair_by_content ON pair (content_id);
CREATE INDEX pair_by_style ON pair (style_id);
CREATE INDEX pair_by_target ON pair (target_id);

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  folder TEXT NOT NULL UNIQUE CHECK (folder <> ''),
  family TEXT NOT NULL,
  preset TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  device TEXT NOT NULL DEFAULT '',
  config TEXT NOT NULL DEFAULT '',
  config_hash TEXT NOT NULL DEFAULT '',
  pair_set_id INTEGER REFERENCES pair_set (id) ON DELETE SET NULL,
  seed INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),
  message TEXT NOT NULL DEFAULT '',
  phase TEXT NOT NULL DEFAULT '',
  step INTEGER NOT NULL DEFAULT 0,
  total_steps INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  process INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  finished_at TEXT NOT NULL DEFAULT '',
  pinned INTEGER NOT NULL DEFAULT 0,
  notes TEXT NOT NULL DEFAULT ''
);
CREATE INDEX run_by_pair_set ON run (pair_set_id);

CREATE TABLE metric (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (run_id, name, step)
) WITHOUT ROWID;

CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  step INTEGER NOT NULL,
  sha256 TEXT NOT NULL DEFAULT '',
  bytes INTEGER NOT NULL DEFAULT 0,
  criterion REAL,
  best INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  UNIQUE (run_id, path)
);

CREATE TABLE preview (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  title TEXT NOT NULL,
  image TEXT NOT NULL DEFAULT '',
  audio TEXT NOT NULL DEFAULT '',
  UNIQUE (run_id, step, title)
);

CREATE TABLE transfer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER REFERENCES run (id) ON DELETE SET NULL,
  model TEXT NOT NULL DEFAULT '',
  content_clip_id INTEGER REFERENCES clip (id) ON DELETE SET NULL,
  style_clip_id INTEGER REFERENCES clip (id) ON DELETE SET NULL,
  content TEXT NOT NULL DEFAULT '',
  style TEXT NOT NULL DEFAULT '',
  folder TEXT NOT NULL DEFAULT '',
  audio TEXT NOT NULL DEFAULT '',
  image TEXT NOT NULL DEFAULT '',
  settings_json TEXT NOT NULL DEFAULT '',
  metrics_json TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0,
  kept INTEGER NOT NULL DEFAULT 0,
  notes TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL
);
CREATE INDEX transfer_by_run ON transfer (run_id);
CREATE INDEX transfer_by_content ON transfer (content_clip_id);
CREATE INDEX transfer_by_style ON transfer (style_clip_id);

-- Words to find recordings and noted clips by. Labels, tags and phrases are few and are searched in their own tables, so
-- that labelling ten thousand clips rewrites no index of words.
CREATE VIRTUAL TABLE recording_fts USING fts5 (
  name, source, rights, notes,
  content = 'recording', content_rowid = 'id', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER recording_fts_add AFTER INSERT ON recording BEGIN
  INSERT INTO recording_fts (rowid, name, source, rights, notes) VALUES (new.id, new.name, new.source, new.rights, new.notes);
END;
CREATE TRIGGER recording_fts_remove AFTER DELETE ON recording BEGIN
  INSERT INTO recording_fts (recording_fts, rowid, name, source, rights, notes)
  VALUES ('delete', old.id, old.name, old.source, old.rights, old.notes);
END;
CREATE TRIGGER recording_fts_change AFTER UPDATE OF name, source, rights, notes ON recording BEGIN
  INSERT INTO recording_fts (recording_fts, rowid, name, source, rights, notes)
  VALUES ('delete', old.id, old.name, old.source, old.rights, old.notes);
  INSERT INTO recording_fts (rowid, name, source, rights, notes) VALUES (new.id, new.name, new.source, new.rights, new.notes);
END;

CREATE VIRTUAL TABLE clip_fts USING fts5 (
  notes, content = 'clip', content_rowid = 'id', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER clip_fts_add AFTER INSERT ON clip WHEN new.notes <> '' BEGIN
  INSERT INTO clip_fts (rowid, notes) VALUES (new.id, new.notes);
END;
CREATE TRIGGER clip_fts_remove AFTER DELETE ON clip WHEN old.notes <> '' BEGIN
  INSERT INTO clip_fts (clip_fts, rowid, notes) VALUES ('delete', old.id, old.notes);
END;
CREATE TRIGGER clip_fts_change_away AFTER UPDATE OF notes ON clip WHEN old.notes <> '' BEGIN
  INSERT INTO clip_fts (clip_fts, rowid, notes) VALUES ('delete', old.id, old.notes);
END;
CREATE TRIGGER clip_fts_change_in AFTER UPDATE OF notes ON clip WHEN new.notes <> '' BEGIN
  INSERT INTO clip_fts (rowid, notes) VALUES (new.id, new.notes);
END;
