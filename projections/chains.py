"""记录的来龙去脉 — the two questions behind one record: of a record that a sheet brought, and of one that none did."""

from typing import Final

SHEET_CHAIN: Final = """
SELECT r.id AS record, who.person AS member, u.code AS unit, u.title AS unit_title, m.code AS matter, m.title,
  r.day AS occurred_on, COALESCE(o.right_outcome, l.outcome) AS outcome, r.quantity, r.late,
  CASE WHEN r.reversed IS NOT NULL THEN 'reversed'
       WHEN EXISTS (SELECT FROM objections AS h WHERE h.record = r.id AND h.suspended IS NOT NULL
                    AND h.cleared IS NULL AND h.corrected IS NULL) THEN 'suspended'
       WHEN r.confirmed IS NULL THEN 'pending' ELSE 'confirmed' END AS state,
  o.receipt AS corrected_by, o.record AS replaces,
  (SELECT x.id FROM records AS x JOIN objections AS y ON y.id = x.objection WHERE y.record = r.id LIMIT 1)
    AS replaced_by,
  COALESCE(enterer.person, o.handler, o.subject, who.person) AS entered_by, s.submitted_by,
  r.entitled, r.present, r.in_favour,
  json_build_object(
    'scheme', v.scheme, 'version', v.version, 'digest', v.digest, 'item', p.code, 'zh', p.content->>'zh',
    'en', p.content->>'en', 'category', p.content->>'cat', 'mode', p.content->>'mode',
    'clause', p.content->>'clause') AS clause,
  (SELECT COALESCE(json_agg(json_build_object('kind', e.kind, 'sha256', e.sha256, 'position', e.evidence)
                            ORDER BY e.evidence), '[]')
   FROM evidence AS e WHERE e.matter = r.matter) AS evidence,
  json_build_object(
    'decision', a.decision, 'body', a.body, 'minute', a.minute, 'minute_sha256', a.minute_sha256,
    'entitled', a.entitled, 'present', a.present, 'in_favour', a.in_favour, 'recused', a.recused,
    'approved', a.approved, 'referred', a.referred, 'decided_by', a.decided_by, 'at', a.at,
    'position', a.approval) AS approval,
  CASE WHEN n.notice IS NOT NULL THEN json_build_object(
    'notice', n.id, 'status', n.status, 'posted_on', n.posted_on, 'ends_on', n.ends_on,
    'closed_at', n.closed_at) END AS notice,
  json_build_object(
    'clause', r.item, 'planned', r.matter, 'held', m.settled, 'opened', r.sheet,
    'line', COALESCE(l.position, o.filed), 'reversed', r.reversed,
    'submitted', s.submitted, 'approved', a.approval, 'recorded', r.record, 'drafted', n.notice,
    'noticed', n.line, 'posted', n.posted, 'closed', n.closed, 'confirmed', r.confirmed) AS places,
  r.level, w.level->>'zh' AS level_zh, w.level->>'en' AS level_en,
  r.condition, w.condition->>'zh' AS condition_zh, w.condition->>'en' AS condition_en
FROM records AS r
JOIN members AS who ON who.member = r.member
JOIN units AS u ON u.unit = r.unit
JOIN matters AS m ON m.matter = r.matter
JOIN sheets AS s ON s.sheet = r.sheet
JOIN rule_parts AS p ON p.part = r.item
JOIN rule_sets AS v ON v.rule_set = p.rule_set
LEFT JOIN objections AS o ON o.id = r.objection
LEFT JOIN LATERAL (
  SELECT l.outcome, l.position, l.entered_by FROM sheet_lines AS l
  WHERE l.sheet = r.sheet AND l.member = r.member AND l.position < r.record ORDER BY l.position DESC LIMIT 1
) AS l ON true
LEFT JOIN members AS enterer ON enterer.member = l.entered_by
CROSS JOIN LATERAL (
  SELECT a.* FROM approvals AS a WHERE a.sheet = r.sheet AND a.approval < r.record ORDER BY a.approval DESC LIMIT 1
) AS a
LEFT JOIN LATERAL (
  SELECT n.*, x.position AS line FROM notice_lines AS x JOIN notices AS n ON n.notice = x.notice
  WHERE x.record = r.record AND x.position <= COALESCE(%(until)s, x.position) ORDER BY x.notice DESC LIMIT 1
) AS n ON true
CROSS JOIN LATERAL (
  SELECT (SELECT x.o FROM json_array_elements(p.content->'levels') AS x(o) WHERE x.o->>'code' = r.level),
         (SELECT x.o FROM json_array_elements(p.content->'conditions') AS x(o) WHERE x.o->>'code' = r.condition)
) AS w(level, condition)
WHERE r.id = %(record)s
"""

MERIT_CHAIN: Final = """
SELECT r.id AS record, who.person AS member, u.code AS unit, u.title AS unit_title, r.matter,
  COALESCE(c.title, p.content->>'zh') AS title, r.occurred_on,
  CASE r.kind WHEN 'honour' THEN 'honoured' WHEN 'veto' THEN 'vetoed'
              WHEN 'shortfall' THEN 'fallen-short' ELSE 'deducted' END AS outcome,
  r.quantity, r.late,
  CASE WHEN r.status IN ('dismissed', 'lifted', 'reversed') THEN r.status
       WHEN EXISTS (SELECT FROM objections AS h WHERE h.record = r.id AND h.suspended IS NOT NULL
                    AND h.cleared IS NULL AND h.corrected IS NULL) THEN 'suspended'
       WHEN r.confirmed IS NULL THEN 'pending' ELSE 'confirmed' END AS state,
  COALESCE(c.entered_by, who.person) AS entered_by, NULL AS submitted_by,
  COALESCE(r.entitled, d.entitled, 0) AS entitled, COALESCE(r.present, d.present, 0) AS present,
  COALESCE(r.in_favour, d.in_favour, 0) AS in_favour,
  json_build_object(
    'scheme', v.scheme, 'version', v.version, 'digest', v.digest, 'item', p.code, 'zh', p.content->>'zh',
    'en', p.content->>'en', 'category', COALESCE(p.content->>'cat', ''), 'mode', COALESCE(p.content->>'mode', ''),
    'clause', p.content->>'clause') AS clause,
  CASE WHEN r.opened IS NULL
    THEN json_build_array(json_build_object('kind', r.document_kind, 'sha256', r.document, 'position', r.merit))
    ELSE (SELECT json_agg(json_build_object('kind', e.kind, 'sha256', e.sha256, 'position', e.position)
                          ORDER BY e.position)
          FROM case_papers AS e WHERE e.opened = r.opened AND e.position < r.merit) END AS evidence,
  json_build_object(
    'decision', COALESCE(d.step, 1), 'body', COALESCE(d.body, u.path[1]), 'minute', COALESCE(d.minute, r.minute),
    'minute_sha256', COALESCE(d.minute_sha256, r.minute_sha256), 'entitled', COALESCE(d.entitled, r.entitled),
    'present', COALESCE(d.present, r.present), 'in_favour', COALESCE(d.in_favour, r.in_favour),
    'recused', COALESCE(d.recused, '{}'), 'approved', 1, 'referred', 0, 'decided_by', d.decided_by,
    'at', COALESCE(d.at, now.at), 'position', COALESCE(d.decision, r.merit)) AS approval,
  CASE WHEN n.notice IS NOT NULL THEN json_build_object(
    'notice', n.id, 'status', n.status, 'posted_on', n.posted_on, 'ends_on', n.ends_on,
    'closed_at', n.closed_at) END AS notice,
  json_build_object(
    'clause', r.part, 'planned', NULL, 'held', NULL, 'opened', NULL, 'line', NULL, 'submitted', NULL,
    'approved', NULL, 'recorded', r.merit, 'drafted', n.notice,
    'noticed', n.line, 'posted', n.posted, 'closed', n.closed, 'confirmed', r.confirmed) AS places,
  r.kind, r.level, l.level->>'zh' AS level_zh, l.level->>'en' AS level_en, r.points, r.day AS counted_on, c.id AS case,
  r.condition, w.condition->>'zh' AS condition_zh, w.condition->>'en' AS condition_en,
  r.share, w.share->>'zh' AS share_zh, w.share->>'en' AS share_en,
  (SELECT COALESCE(json_agg(json_build_object('type', f.type, 'position', f.position) ORDER BY f.position), '[]')
   FROM case_facts AS f WHERE f.opened = r.opened AND f.position < r.merit) AS behind
FROM merits AS r
JOIN members AS who ON who.member = r.member
JOIN units AS u ON u.code = r.unit
JOIN rule_parts AS p ON p.part = r.part
JOIN rule_sets AS v ON v.rule_set = p.rule_set
JOIN moments AS now ON now.member = r.member AND now.position = r.merit
LEFT JOIN cases AS c ON c.opened = r.opened
LEFT JOIN LATERAL (
  SELECT x.* FROM case_decisions AS x WHERE x.opened = r.opened AND x.decision < r.merit
  ORDER BY x.decision DESC LIMIT 1
) AS d ON true
LEFT JOIN LATERAL (
  SELECT one.level FROM json_array_elements(COALESCE(p.content->'levels', p.content->'shortfalls')) AS one(level)
  WHERE one.level->>'code' = r.level
) AS l ON true
LEFT JOIN LATERAL (
  SELECT n.*, x.position AS line FROM notice_lines AS x JOIN notices AS n ON n.notice = x.notice
  WHERE x.record = r.merit AND x.position <= COALESCE(%(until)s, x.position) ORDER BY x.notice DESC LIMIT 1
) AS n ON true
CROSS JOIN LATERAL (
  SELECT (SELECT x.o FROM json_array_elements(p.content->'conditions') AS x(o) WHERE x.o->>'code' = r.condition),
         (SELECT x.o FROM json_array_elements(p.content->'shares') AS x(o) WHERE x.o->>'code' = r.share)
) AS w(condition, share)
WHERE r.id = %(record)s
"""
