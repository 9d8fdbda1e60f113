"""文中数据的底账 — the rows behind every figure that the article reports: one query, a figure is a sum over its rows.

Each row says to which figure it belongs (``code``, and ``detail`` where a figure is told apart), what it counts
(``counted``), of how much (``whole``; 0 where nothing is divided) and where its entry stands in the log. Nobody's
name or pseudonym leaves this query but as a number of persons.
"""

from typing import Final, LiteralString

_PLACE: Final[LiteralString] = """
WITH place AS (SELECT code, title FROM units WHERE %(unit)s = ANY(path)),
e AS (
  SELECT r.id, r.unit, u.title AS unit_title, r.register, r.entry, r.title, r.on_day, r.said::jsonb AS said, r.position
  FROM register_entries AS r JOIN place AS u ON u.code = r.unit
  WHERE r.withdrawn IS NULL AND CASE WHEN r.register = 'feedback'
    THEN date_trunc('month', r.on_day::timestamp)
         BETWEEN date_trunc('month', %(since)s::timestamp) AND date_trunc('month', %(until)s::timestamp)
    ELSE r.on_day BETWEEN %(since)s AND %(until)s END
),
steps AS (
  SELECT t.entry, t.number, t.step, t.on_day, t.said::jsonb AS said, t.position
  FROM register_steps AS t WHERE t.taken_back IS NULL AND t.on_day <= %(until)s
),
last AS (SELECT DISTINCT ON (entry) entry, step, on_day, said, position FROM steps ORDER BY entry, number DESC),
named AS (
  SELECT p.entry, p.part, p.person, p.other, p.position FROM register_parts AS p WHERE p.struck IS NULL
),
contest AS (
  SELECT r.unit || ':' || r.entry AS link, r.title FROM register_entries AS r
  WHERE r.register = 'contest' AND r.withdrawn IS NULL
),
work AS (
  SELECT e.*, c.title AS contest, l.step, l.said AS award
  FROM e JOIN contest AS c ON c.link = e.said->>'contest' LEFT JOIN last AS l ON l.entry = e.id
  WHERE e.register = 'work'
),
honour AS (
  SELECT x.merit, x.unit, u.title AS unit_title, x.matter, x.item, x.level, x.day, m.person,
         COALESCE(h.content->>'zh', x.item) AS title
  FROM merits AS x JOIN members AS m ON m.member = x.member JOIN place AS u ON u.code = x.unit
  LEFT JOIN rule_parts AS h ON h.part = x.part
  WHERE x.kind = 'honour' AND x.status IN ('approved', 'confirmed', 'suspended')
    AND x.day BETWEEN %(since)s AND %(until)s
),
winner AS (
  SELECT n.person FROM named AS n JOIN register_entries AS r ON r.id = n.entry JOIN last AS l ON l.entry = r.id
  WHERE r.register = 'work' AND r.withdrawn IS NULL AND l.step = 'awarded'
  UNION
  SELECT m.person FROM merits AS x JOIN members AS m ON m.member = x.member
  WHERE x.kind = 'honour' AND x.status IN ('approved', 'confirmed', 'suspended') AND x.day <= %(until)s
),
one AS (
"""

_ACTIVITIES: Final[LiteralString] = """
  SELECT 'person_times' AS code, e.said->>'category' AS detail, e.unit, e.unit_title, e.register, e.entry, e.title,
         e.on_day AS day, (
           SELECT count(DISTINCT (d.matter, d.member)) FROM records AS d JOIN matters AS a ON a.matter = d.matter
           WHERE a.unit = e.unit AND a.code = e.entry AND d.reversed IS NULL AND d.outcome IN (0, 3, 6)
         ) AS counted, 0 AS whole, NULL::uuid AS person, e.position
  FROM e WHERE e.register = 'activity'
"""
_WORKS: Final[LiteralString] = """
  UNION ALL SELECT 'works', w.contest, w.unit, w.unit_title, w.register, w.entry, w.title, w.on_day, 1, 0, NULL,
         w.position FROM work AS w
  UNION ALL SELECT 'works_recommended', w.contest, w.unit, w.unit_title, w.register, w.entry, w.title, w.on_day, 1, 0,
         NULL, w.position FROM work AS w
  WHERE EXISTS (SELECT FROM steps AS s WHERE s.entry = w.id AND s.step = 'recommended')
  UNION ALL SELECT 'works_awarded', w.contest, w.unit, w.unit_title, w.register, w.entry, w.title, w.on_day, 1, 0, NULL,
         w.position FROM work AS w WHERE w.step = 'awarded'
  UNION ALL SELECT 'awards', (w.award->>'level') || ' ' || (w.award->>'prize'), w.unit, w.unit_title, w.register,
         w.entry, w.title, w.on_day, 1, 0, NULL, w.position FROM work AS w WHERE w.step = 'awarded'
  UNION ALL SELECT 'persons_awarded', w.award->>'level', w.unit, w.unit_title, w.register, w.entry, w.title, w.on_day,
         1, 0, n.person, n.position
  FROM work AS w JOIN named AS n ON n.entry = w.id WHERE w.step = 'awarded' AND n.part = 'author'
  UNION ALL SELECT kind.code, e.title, e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (SELECT count(*) FROM work AS w WHERE w.said->>'contest' = e.unit || ':' || e.entry
            AND (kind.code = 'works_share' OR w.step = 'awarded')),
         (l.said->>kind.whole)::integer, NULL, e.position
  FROM e JOIN last AS l ON l.entry = e.id
  CROSS JOIN (VALUES ('works_share', 'submitted_in_all'), ('awards_share', 'awarded_in_all')) AS kind (code, whole)
  WHERE e.register = 'contest' AND (l.said->>kind.whole)::integer > 0
  UNION ALL SELECT kind.code, e.title, e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (l.said->>kind.code)::integer, 0, NULL, e.position
  FROM e JOIN last AS l ON l.entry = e.id CROSS JOIN (VALUES ('rank_submitted'), ('rank_awarded')) AS kind (code)
  WHERE e.register = 'contest' AND l.said ? kind.code
  UNION ALL SELECT 'honours', h.level, h.unit, h.unit_title, 'honour', h.matter, h.title, h.day, 1, 0, h.person, h.merit
  FROM honour AS h
"""
_SERVICE: Final[LiteralString] = """
  UNION ALL SELECT 'services', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day, 1, 0, NULL, e.position
  FROM e WHERE e.register = 'service'
  UNION ALL SELECT 'services_immediate', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day, 1, 0, NULL,
         e.position
  FROM e JOIN last AS l ON l.entry = e.id
  WHERE e.register = 'service' AND e.said->>'handling' = 'promised' AND l.said->>'handling' = 'immediate'
  UNION ALL SELECT 'service_days', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         round(COALESCE(l.said->>'working_days', e.said->>'working_days')::numeric * 100)::integer, 1, NULL, e.position
  FROM e LEFT JOIN last AS l ON l.entry = e.id WHERE e.register = 'service'
  UNION ALL SELECT CASE e.register WHEN 'post' THEN 'posts' ELSE 'pledges' END, '', e.unit, e.unit_title, e.register,
         e.entry, e.title, e.on_day, 1, 0, NULL, e.position
  FROM e WHERE e.register IN ('post', 'pledge')
  UNION ALL SELECT 'satisfaction', e.unit_title || ' ' || to_char(e.on_day, 'YYYY'), e.unit, e.unit_title, e.register,
         e.entry, e.title, e.on_day, (e.said->>'satisfied')::integer, (e.said->>'asked')::integer, NULL, e.position
  FROM e WHERE e.register = 'satisfaction'
"""
_TALKS: Final[LiteralString] = """
  UNION ALL SELECT 'team', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day, 1, 0, n.person, n.position
  FROM e JOIN named AS n ON n.entry = e.id WHERE e.register = 'team'
  UNION ALL SELECT 'team_winners', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day, 1, 0, n.person,
         n.position
  FROM e JOIN named AS n ON n.entry = e.id WHERE e.register = 'team' AND n.person IN (SELECT person FROM winner)
  UNION ALL SELECT kind.code, '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         CASE kind.code WHEN 'talk_speakers' THEN (SELECT count(*) FROM named AS n WHERE n.entry = e.id) ELSE 1 END,
         0, NULL, e.position
  FROM e CROSS JOIN (VALUES ('talks'), ('talks_weekly'), ('talk_speakers')) AS kind (code) WHERE e.register = 'talk'
"""
_TAGS: Final[LiteralString] = """
  UNION ALL SELECT 'tagged', found.tag, found.unit, found.unit_title, 'record', found.matter, found.title, found.day,
         found.records, 0, NULL, found.position
  FROM (
    SELECT t.said::jsonb->>'tag' AS tag, a.unit, u.title AS unit_title, a.code AS matter, a.title, d.day,
           count(DISTINCT d.record) AS records, a.matter AS position
    FROM records AS d JOIN matters AS a ON a.matter = d.matter JOIN units AS u ON u.code = a.unit
    JOIN rule_parts AS p ON p.part = d.item
    JOIN register_entries AS t ON t.register = 'tag' AND t.withdrawn IS NULL AND t.unit = ANY(u.path)
     AND t.said::jsonb->>'item' = p.code AND t.on_day <= d.day
    WHERE %(unit)s = ANY(u.path) AND d.reversed IS NULL AND d.outcome IN (0, 3, 6)
      AND d.day BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3, 4, 5, 6, 8
    UNION ALL
    SELECT t.said::jsonb->>'tag', h.unit, h.unit_title, h.matter, h.title, h.day, count(DISTINCT h.merit), h.merit
    FROM honour AS h JOIN units AS u ON u.code = h.unit
    JOIN register_entries AS t ON t.register = 'tag' AND t.withdrawn IS NULL AND t.unit = ANY(u.path)
     AND t.said::jsonb->>'item' = h.item AND t.on_day <= h.day
    GROUP BY 1, 2, 3, 4, 5, 6, 8
  ) AS found
"""
_VISITS: Final[LiteralString] = """
  UNION ALL SELECT 'visitors', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (s.said->>'visitors')::integer, 0, NULL, s.position
  FROM e JOIN steps AS s ON s.entry = e.id WHERE e.register = 'visit'
  UNION ALL SELECT 'visit_coverage', e.said->>'target', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (SELECT COALESCE(sum((s.said->>'visited')::integer), 0) FROM steps AS s WHERE s.entry = e.id),
         (e.said->>'targets')::integer, NULL, e.position
  FROM e WHERE e.register = 'visit'
  UNION ALL SELECT 'issues', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day, 1, 0, NULL, e.position
  FROM e WHERE e.register = 'issue'
  UNION ALL SELECT 'issues_closed', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (l.step IS NOT DISTINCT FROM 'closed')::integer, 1, NULL, e.position
  FROM e LEFT JOIN last AS l ON l.entry = e.id WHERE e.register = 'issue'
  UNION ALL SELECT 'projects', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day, 1, 0, NULL, e.position
  FROM e WHERE e.register = 'project'
  UNION ALL SELECT 'projects_carried_out', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (l.step IS NOT DISTINCT FROM 'carried_out')::integer, 1, NULL, e.position
  FROM e LEFT JOIN last AS l ON l.entry = e.id WHERE e.register = 'project'
  UNION ALL SELECT 'projects_sourced', '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (EXISTS (SELECT FROM named AS n JOIN register_entries AS i ON i.id = n.other
                  WHERE n.entry = e.id AND i.withdrawn IS NULL))::integer, 1, NULL, e.position
  FROM e WHERE e.register = 'project'
  UNION ALL SELECT kind.code, '', e.unit, e.unit_title, e.register, e.entry, e.title, e.on_day,
         (e.said->>kind.field = 'yes')::integer, 1, NULL, e.position
  FROM e CROSS JOIN (VALUES ('feedback_aware', 'aware'), ('feedback_approves', 'approves')) AS kind (code, field)
  WHERE e.register = 'feedback'
)
"""

ROWS: Final[LiteralString] = _PLACE + _ACTIVITIES + _WORKS + _SERVICE + _TALKS + _TAGS + _VISITS
"""Everything up to ``one``, from which a query goes on; takes ``unit``, ``since`` and ``until``.

What single persons answered is counted by whole months: a day more or less must not single out one answer.
"""
