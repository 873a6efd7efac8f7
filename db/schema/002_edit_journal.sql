-- Version 2: the undo journal. While edit_now names an edit (inside one transaction, see db/edit_journal.cpp), triggers
-- write down every change to the nouns people edit; outside of one they cost a look at a one-row table.
-- kind: 'set' (field: before -> after), 'add' (after = the row as JSON), 'remove' (before = the row as JSON);
-- for clip_tag `row` is the clip and the value is the tag.

CREATE TABLE edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL,
  at TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0,
  changes INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE edit_change (
  id INTEGER PRIMARY KEY,
  edit_id INTEGER NOT NULL REFERENCES edit (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  noun TEXT NOT NULL,
  row INTEGER NOT NULL,
  field TEXT NOT NULL DEFAULT '',
  before,
  after
);
CREATE INDEX edit_change_by_edit ON edit_change (edit_id, id);

CREATE TABLE edit_now (one INTEGER PRIMARY KEY CHECK (one = 1), edit_id INTEGER);
INSERT INTO edit_now VALUES (1, NULL);


CREATE TRIGGER clip_start_frame_journal AFTER UPDATE OF start_frame ON clip
WHEN old.start_frame IS NOT new.start_frame AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'start_frame', old.start_frame, new.start_frame);
END;
CREATE TRIGGER clip_frame_count_journal AFTER UPDATE OF frame_count ON clip
WHEN old.frame_count IS NOT new.frame_count AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'frame_count', old.frame_count, new.frame_count);
END;
CREATE TRIGGER clip_pad_frames_journal AFTER UPDATE OF pad_frames ON clip
WHEN old.pad_frames IS NOT new.pad_frames AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'pad_frames', old.pad_frames, new.pad_frames);
END;
CREATE TRIGGER clip_seconds_journal AFTER UPDATE OF seconds ON clip
WHEN old.seconds IS NOT new.seconds AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'seconds', old.seconds, new.seconds);
END;
CREATE TRIGGER clip_sha256_journal AFTER UPDATE OF sha256 ON clip
WHEN old.sha256 IS NOT new.sha256 AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'sha256', old.sha256, new.sha256);
END;
CREATE TRIGGER clip_label_id_journal AFTER UPDATE OF label_id ON clip
WHEN old.label_id IS NOT new.label_id AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'label_id', old.label_id, new.label_id);
END;
CREATE TRIGGER clip_phrase_id_journal AFTER UPDATE OF phrase_id ON clip
WHEN old.phrase_id IS NOT new.phrase_id AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'phrase_id', old.phrase_id, new.phrase_id);
END;
CREATE TRIGGER clip_split_journal AFTER UPDATE OF split ON clip
WHEN old.split IS NOT new.split AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'split', old.split, new.split);
END;
CREATE TRIGGER clip_rating_journal AFTER UPDATE OF rating ON clip
WHEN old.rating IS NOT new.rating AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'rating', old.rating, new.rating);
END;
CREATE TRIGGER clip_excluded_journal AFTER UPDATE OF excluded ON clip
WHEN old.excluded IS NOT new.excluded AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'excluded', old.excluded, new.excluded);
END;
CREATE TRIGGER clip_notes_journal AFTER UPDATE OF notes ON clip
WHEN old.notes IS NOT new.notes AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'notes', old.notes, new.notes);
END;
CREATE TRIGGER clip_loudness_journal AFTER UPDATE OF loudness ON clip
WHEN old.loudness IS NOT new.loudness AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'loudness', old.loudness, new.loudness);
END;
CREATE TRIGGER clip_peak_journal AFTER UPDATE OF peak ON clip
WHEN old.peak IS NOT new.peak AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'clip', old.id, 'peak', old.peak, new.peak);
END;
CREATE TRIGGER clip_add_journal AFTER INSERT ON clip WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'clip', new.id, json_object(
    'id', new.id, 'recording_id', new.recording_id, 'start_frame', new.start_frame,
    'frame_count', new.frame_count, 'pad_frames', new.pad_frames, 'seconds', new.seconds, 'sha256', new.sha256,
    'label_id', new.label_id, 'phrase_id', new.phrase_id, 'split', new.split, 'rating', new.rating,
    'excluded', new.excluded, 'notes', new.notes, 'loudness', new.loudness, 'peak', new.peak,
    'added_at', new.added_at));
END;
CREATE TRIGGER clip_remove_journal AFTER DELETE ON clip WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'clip', old.id, json_object(
    'id', old.id, 'recording_id', old.recording_id, 'start_frame', old.start_frame,
    'frame_count', old.frame_count, 'pad_frames', old.pad_frames, 'seconds', old.seconds, 'sha256', old.sha256,
    'label_id', old.label_id, 'phrase_id', old.phrase_id, 'split', old.split, 'rating', old.rating,
    'excluded', old.excluded, 'notes', old.notes, 'loudness', old.loudness, 'peak', old.peak,
    'added_at', old.added_at));
END;

CREATE TRIGGER recording_source_journal AFTER UPDATE OF source ON recording
WHEN old.source IS NOT new.source AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'recording', old.id, 'source', old.source, new.source);
END;
CREATE TRIGGER recording_rights_journal AFTER UPDATE OF rights ON recording
WHEN old.rights IS NOT new.rights AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'recording', old.id, 'rights', old.rights, new.rights);
END;
CREATE TRIGGER recording_notes_journal AFTER UPDATE OF notes ON recording
WHEN old.notes IS NOT new.notes AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'recording', old.id, 'notes', old.notes, new.notes);
END;
CREATE TRIGGER recording_add_journal AFTER INSERT ON recording WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'recording', new.id, json_object(
    'id', new.id, 'path', new.path, 'name', new.name, 'sha256', new.sha256, 'sample_rate', new.sample_rate,
    'channels', new.channels, 'frames', new.frames, 'bytes', new.bytes, 'source', new.source,
    'rights', new.rights, 'notes', new.notes, 'missing', new.missing, 'added_at', new.added_at));
END;
CREATE TRIGGER recording_remove_journal AFTER DELETE ON recording WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'recording', old.id, json_object(
    'id', old.id, 'path', old.path, 'name', old.name, 'sha256', old.sha256, 'sample_rate', old.sample_rate,
    'channels', old.channels, 'frames', old.frames, 'bytes', old.bytes, 'source', old.source,
    'rights', old.rights, 'notes', old.notes, 'missing', old.missing, 'added_at', old.added_at));
END;

CREATE TRIGGER label_name_journal AFTER UPDATE OF name ON label
WHEN old.name IS NOT new.name AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'label', old.id, 'name', old.name, new.name);
END;
CREATE TRIGGER label_color_journal AFTER UPDATE OF color ON label
WHEN old.color IS NOT new.color AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'label', old.id, 'color', old.color, new.color);
END;
CREATE TRIGGER label_key_journal AFTER UPDATE OF key ON label
WHEN old.key IS NOT new.key AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'label', old.id, 'key', old.key, new.key);
END;
CREATE TRIGGER label_add_journal AFTER INSERT ON label WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'label', new.id, json_object(
    'id', new.id, 'name', new.name, 'color', new.color, 'key', new.key));
END;
CREATE TRIGGER label_remove_journal AFTER DELETE ON label WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'label', old.id, json_object(
    'id', old.id, 'name', old.name, 'color', old.color, 'key', old.key));
END;

CREATE TRIGGER tag_name_journal AFTER UPDATE OF name ON tag
WHEN old.name IS NOT new.name AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'tag', old.id, 'name', old.name, new.name);
END;
CREATE TRIGGER tag_add_journal AFTER INSERT ON tag WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'tag', new.id, json_object(
    'id', new.id, 'name', new.name));
END;
CREATE TRIGGER tag_remove_journal AFTER DELETE ON tag WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'tag', old.id, json_object(
    'id', old.id, 'name', old.name));
END;

CREATE TRIGGER phrase_name_journal AFTER UPDATE OF name ON phrase
WHEN old.name IS NOT new.name AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'phrase', old.id, 'name', old.name, new.name);
END;
CREATE TRIGGER phrase_notes_json_journal AFTER UPDATE OF notes_json ON phrase
WHEN old.notes_json IS NOT new.notes_json AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'phrase', old.id, 'notes_json', old.notes_json, new.notes_json);
END;
CREATE TRIGGER phrase_add_journal AFTER INSERT ON phrase WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'phrase', new.id, json_object(
    'id', new.id, 'name', new.name, 'seed', new.seed, 'notes_json', new.notes_json));
END;
CREATE TRIGGER phrase_remove_journal AFTER DELETE ON phrase WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'phrase', old.id, json_object(
    'id', old.id, 'name', old.name, 'seed', old.seed, 'notes_json', old.notes_json));
END;

CREATE TRIGGER pair_set_name_journal AFTER UPDATE OF name ON pair_set
WHEN old.name IS NOT new.name AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'pair_set', old.id, 'name', old.name, new.name);
END;
CREATE TRIGGER pair_set_notes_journal AFTER UPDATE OF notes ON pair_set
WHEN old.notes IS NOT new.notes AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'pair_set', old.id, 'notes', old.notes, new.notes);
END;
CREATE TRIGGER pair_set_add_journal AFTER INSERT ON pair_set WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'pair_set', new.id, json_object(
    'id', new.id, 'name', new.name, 'kind', new.kind, 'seed', new.seed, 'notes', new.notes,
    'created_at', new.created_at));
END;
CREATE TRIGGER pair_set_remove_journal AFTER DELETE ON pair_set WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'pair_set', old.id, json_object(
    'id', old.id, 'name', old.name, 'kind', old.kind, 'seed', old.seed, 'notes', old.notes,
    'created_at', old.created_at));
END;

CREATE TRIGGER pair_target_id_journal AFTER UPDATE OF target_id ON pair
WHEN old.target_id IS NOT new.target_id AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'pair', old.id, 'target_id', old.target_id, new.target_id);
END;
CREATE TRIGGER pair_reason_journal AFTER UPDATE OF reason ON pair
WHEN old.reason IS NOT new.reason AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'pair', old.id, 'reason', old.reason, new.reason);
END;
CREATE TRIGGER pair_add_journal AFTER INSERT ON pair WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'pair', new.id, json_object(
    'id', new.id, 'set_id', new.set_id, 'position', new.position, 'content_id', new.content_id,
    'style_id', new.style_id, 'target_id', new.target_id, 'reason', new.reason));
END;
CREATE TRIGGER pair_remove_journal AFTER DELETE ON pair WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'pair', old.id, json_object(
    'id', old.id, 'set_id', old.set_id, 'position', old.position, 'content_id', old.content_id,
    'style_id', old.style_id, 'target_id', old.target_id, 'reason', old.reason));
END;

CREATE TRIGGER clip_tag_add_journal AFTER INSERT ON clip_tag WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, after) VALUES ((SELECT edit_id FROM edit_now), 'add', 'clip_tag', new.clip_id, new.tag_id);
END;
CREATE TRIGGER clip_tag_remove_journal AFTER DELETE ON clip_tag WHEN (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, before) VALUES ((SELECT edit_id FROM edit_now), 'remove', 'clip_tag', old.clip_id, old.tag_id);
END;
