-- What likely was a robot is no fact of a lead: counts over all time leave it out.
WITH counted AS (
  SELECT c.lead_id, c.name, count(e.id) AS count, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at
  FROM lead_event_count c
  LEFT JOIN event e ON e.lead_id = c.lead_id AND e.name = c.name AND e.trust <> 'likely-robot'
  WHERE EXISTS (SELECT FROM event r WHERE r.lead_id = c.lead_id AND r.name = c.name AND r.trust = 'likely-robot')
  GROUP BY 1, 2),
gone AS (
  DELETE FROM lead_event_count c USING counted x
  WHERE x.count = 0 AND c.lead_id = x.lead_id AND c.name = x.name)
UPDATE lead_event_count c SET count = x.count, first_at = x.first_at, last_at = x.last_at
FROM counted x WHERE x.count > 0 AND c.lead_id = x.lead_id AND c.name = x.name;
