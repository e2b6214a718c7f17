-- SPDX-License-Identifier: Apache-2.0
-- The rival: DuckDB's own reading and unnesting of the benchmark's input into the same four tables,
-- ids included: a parent's made at random, a child's from its parent's and its index.
BEGIN;
CREATE SCHEMA ingest_dataset;
CREATE TEMP TABLE raw AS
  SELECT md5(random()::VARCHAR) AS _dlt_id, * FROM read_json_auto('{input}', format = 'newline_delimited');
CREATE TABLE ingest_dataset.issues AS
  SELECT * EXCLUDE (user, reactions, labels, assignees, topics, draft, milestone), 'load' AS _dlt_load_id,
         user.login AS user__login, user.id AS user__id, user.node_id AS user__node_id,
         user.avatar_url AS user__avatar_url, user.url AS user__url, user.type AS user__type,
         user.site_admin AS user__site_admin, user.score AS user__score,
         reactions.total_count AS reactions__total_count, reactions['+1'] AS reactions__x1,
         reactions.heart AS reactions__heart
  FROM raw;
CREATE TABLE ingest_dataset.issues__labels AS
  SELECT item.*, _dlt_id AS _dlt_parent_id, index - 1 AS _dlt_list_idx, md5(_dlt_id || 'labels' || index) AS _dlt_id
  FROM (SELECT _dlt_id, unnest(labels) AS item, generate_subscripts(labels, 1) AS index FROM raw);
CREATE TABLE ingest_dataset.issues__assignees AS
  SELECT item.*, _dlt_id AS _dlt_parent_id, index - 1 AS _dlt_list_idx, md5(_dlt_id || 'assignees' || index) AS _dlt_id
  FROM (SELECT _dlt_id, unnest(assignees) AS item, generate_subscripts(assignees, 1) AS index FROM raw);
CREATE TABLE ingest_dataset.issues__topics AS
  SELECT item AS value, _dlt_id AS _dlt_parent_id, index - 1 AS _dlt_list_idx, md5(_dlt_id || 'topics' || index) AS _dlt_id
  FROM (SELECT _dlt_id, unnest(topics) AS item, generate_subscripts(topics, 1) AS index FROM raw);
DROP TABLE raw;
COMMIT;
