package store

// The questions that a plan answers.
const (
	FindFleet = "fleet" // the cheapest fleet, or setting with a fleet, that keeps every objective
	FindRate  = "rate"  // the most load that fleets and policies carry
	FindGPUs  = "gpus"  // the fewest devices that a clairvoyant allocator needs
)

// StoredPlan is the answer of a plan, as its page shows it. It has the parts of its question only.
type StoredPlan struct {
	Form    int    `json:"form"` // formOfPages
	Find    string `json:"find"` // the question
	Version string `json:"version"`
	Title   string `json:"title"`
	About   string `json:"about"`
	Asks    string `json:"asks"` // objectives, confidence, replications and seed

	Verdict  []string `json:"verdict"`  // the answer in sentences
	Counts   []string `json:"counts"`   // what was tried, and the runs
	Runs     int      `json:"runs"`     // all that were needed
	Varied   []string `json:"varied"`   // the paths of --over
	Policies []string `json:"policies"` // of the scenario
	Scenario string   `json:"scenario"` // with its defaults filled in

	// The cheapest fleet.
	Grid  int            `json:"grid,omitempty"`  // runs of all fleets with room
	Found map[string]int `json:"found,omitempty"` // candidates by finding
	Lines []PlannedFleet `json:"candidates,omitempty"`

	// The most load: one entry for each fleet and policy. Those that carry most come first.
	Models []string      `json:"models,omitempty"` // with requests
	Rates  []CarriedLoad `json:"rates,omitempty"`

	// The fewest devices: one entry for each reference and policy. The references come first.
	WindowSeconds float64       `json:"window_seconds,omitempty"`
	Uses          []UsedDevices `json:"devices,omitempty"`
}

// PlannedShare is the objective that is kept least surely: its name, the percentage asked for, and
// its share in time with the interval. Share is nil if nothing was simulated.
type PlannedShare struct {
	Worst  string   `json:"worst"`
	Asked  float64  `json:"asked"`
	Share  *float64 `json:"share"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Shares []string `json:"shares"` // all objectives in words
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
	PlannedShare
}

// CarriedLoad is the load that one fleet or policy carries. Carried and Exceeded are places in
// Tries, or −1.
type CarriedLoad struct {
	Values   []string    `json:"values"` // of the varied paths
	Fleet    string      `json:"fleet"`  // its machines, or its policy
	Policy   string      `json:"policy"` // its policy, or ""
	Replicas string      `json:"replicas"`
	Tries    []TriedLoad `json:"tries"`    // by ascending factor
	Carried  int         `json:"carried"`  // the largest factor that is carried
	Exceeded int         `json:"exceeded"` // the smallest larger factor that misses
	Finding  string      `json:"finding"`
	Why      string      `json:"why"`
	Best     bool        `json:"best"` // the answer
}

// TriedLoad is the result with one factor on all arrivals.
type TriedLoad struct {
	Load    float64   `json:"load"`  // the factor
	Rate    *float64  `json:"rate"`  // requests per second; nil: not simulated
	Rates   []float64 `json:"rates"` // of each model
	Price   *float64  `json:"price"` // $/h
	Runs    int       `json:"runs"`
	Finding string    `json:"finding"`
	Why     string    `json:"why"`
	PlannedShare
}

// UsedDevices holds the devices of a reference or a policy over time.
type UsedDevices struct {
	Name      string   `json:"name"`
	Reference bool     `json:"reference"` // it needs as few devices as possible
	Foresees  bool     `json:"foresees"`  // it knows the load beforehand
	Mean      *float64 `json:"mean"`      // over the measured windows
	Peak      *float64 `json:"peak"`      // the highest mean of a measured window
	Price     *float64 `json:"price"`     // $/h; nil for a reference
	PlannedShare

	// Devices in each window: mean, fewest and most over the replications.
	Ends  []float64 `json:"ends"` // seconds since the run began
	Means []float64 `json:"means"`
	Lows  []float64 `json:"lows"`
	Highs []float64 `json:"highs"`
}
