-- Under which review an archive was read: the person is shown that reading once the review is closed.
ALTER TABLE access.readings ADD COLUMN review uuid;
