package store

// FleetPlan is the answer of a search for the cheapest fleet, as its page shows it.
type FleetPlan struct {
	Form    int    `json:"form"` // formOfPages
	Version string `json:"version"`
	Title   string `json:"title"`
	About   string `json:"about"`
	Asks    string `json:"asks"` // objectives, confidence, replications and seed

	Verdict []string `json:"verdict"` // the answer in sentences
	Counts  []string `json:"counts"`  // the candidates by finding, and the runs
	Runs    int      `json:"runs"`
	Grid    int      `json:"grid"` // runs of all fleets with room

	Found    map[string]int `json:"found"`  // candidates by finding
	Varied   []string       `json:"varied"` // the paths of --over
	Lines    []PlannedFleet `json:"candidates"`
	Scenario string         `json:"scenario"` // with its defaults filled in
}

// PlannedFleet is a candidate of a plan.
type PlannedFleet struct {
	Values   []string `json:"values"` // of the varied paths
	Fleet    string   `json:"fleet"`
	Replicas string   `json:"replicas"` // what its machines run, or ""
	Price    *float64 `json:"price"`    // $/h
	Finding  string   `json:"finding"`
	Why      string   `json:"why"`
	Runs     int      `json:"runs"`
	Best     bool     `json:"best"`
	Frontier bool     `json:"frontier"`

	// Worst is the objective that is kept least surely: its name, the percentage asked for, and its
	// share in time with the interval. Share is nil if the candidate was not simulated.
	Worst  string   `json:"worst"`
	Asked  float64  `json:"asked"`
	Share  *float64 `json:"share"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Shares []string `json:"shares"` // all objectives in words
}
