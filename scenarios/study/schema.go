package study

// The header of a ledger names this program (application_id, the text "wave") and the form of the
// tables (user_version). A new form of the tables has a new number.
const (
	application = 0x77617665
	form        = 1
)

// schema makes the tables of a ledger, and views for people who query it.
const schema = `
CREATE TABLE scenarios (
	id INTEGER PRIMARY KEY,
	program TEXT NOT NULL, -- version and digest of the program
	digest TEXT NOT NULL,  -- Key.Scenario
	name TEXT NOT NULL,
	UNIQUE (program, digest)
) STRICT;
CREATE TABLE policies (
	id INTEGER PRIMARY KEY,
	digest TEXT NOT NULL UNIQUE, -- Key.Policy
	name TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
	id INTEGER PRIMARY KEY,
	scenario INTEGER NOT NULL REFERENCES scenarios,
	policy INTEGER NOT NULL REFERENCES policies,
	seed TEXT NOT NULL, -- decimal, because SQLite has no unsigned numbers of 64 bits
	replication INTEGER NOT NULL,
	detail INTEGER NOT NULL, -- 1 brief, 2 summary, 3 whole
	seconds REAL NOT NULL,   -- computing time of the run
	distributions BLOB NOT NULL,
	course BLOB NOT NULL,
	UNIQUE (scenario, policy, seed, replication)
) STRICT;
CREATE TABLE metrics (
	id INTEGER PRIMARY KEY,
	scope TEXT NOT NULL,
	metric TEXT NOT NULL,
	unit TEXT NOT NULL,
	UNIQUE (scope, metric, unit)
) STRICT;
CREATE TABLE measures (
	run INTEGER NOT NULL REFERENCES runs,
	place INTEGER NOT NULL, -- order of the rows of a run
	metric INTEGER NOT NULL REFERENCES metrics,
	value REAL, -- NULL: not defined
	PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE VIEW results AS
SELECT s.name AS scenario, substr(s.digest, 1, 12) AS digest, p.name AS policy, r.seed, r.replication,
	m.scope, m.metric, m.unit, v.value
FROM runs r
JOIN scenarios s ON s.id = r.scenario
JOIN policies p ON p.id = r.policy
JOIN measures v ON v.run = r.id
JOIN metrics m ON m.id = v.metric;
`
