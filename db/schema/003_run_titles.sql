-- Version 3: the titles that people give to runs are edits too, so they go into the undo journal.

CREATE TRIGGER run_title_journal AFTER UPDATE OF title ON run
WHEN old.title IS NOT new.title AND (SELECT edit_id FROM edit_now) IS NOT NULL BEGIN
  INSERT INTO edit_change (edit_id, kind, noun, row, field, before, after)
  VALUES ((SELECT edit_id FROM edit_now), 'set', 'run', old.id, 'title', old.title, new.title);
END;
