package store

// ResultsComparison is a comparison of finished sets of results, as its page shows it.
type ResultsComparison struct {
	Form    int    `json:"form"` // formOfPages
	Version string `json:"version"`
	Title   string `json:"title"`

	Verdict   []string `json:"verdict"`   // a sentence for each pair of sides
	InWords   []string `json:"in_words"`  // a sentence for each metric and pair
	Confounds []string `json:"confounds"` // what the differences of the scenarios mean
	Confused  bool     `json:"confused"`  // several settings differ
	Alone     []string `json:"alone"`     // what only one side has
	Legend    []string `json:"legend"`    // how to read the numbers

	Sides       []ComparedSide      `json:"sides"`
	Pairs       []ComparedPair      `json:"pairs"`
	Differences []ComparedSetting   `json:"differences"`
	Findings    []ComparedObjective `json:"findings"`
	Metrics     []ComparedMetric    `json:"metrics"`
}

// ComparedSide is one side of a comparison.
type ComparedSide struct {
	Name    string   `json:"name"`
	Sources []string `json:"sources"` // where its results are, and how they were made
}

// ComparedPair is two sides, by their places, and how many of their changes are shown to be of
// which kind.
type ComparedPair struct {
	Base  int            `json:"base"`
	Side  int            `json:"side"`
	Kinds map[string]int `json:"kinds"` // "better", "worse", "different", "same", "open", "unknown"
}

// ComparedSetting is a setting in which the scenarios differ.
type ComparedSetting struct {
	Name   string   `json:"name"`
	Chance bool     `json:"chance"` // it only changes chance or the last digits
	Values []string `json:"values"` // for each side
}

// ComparedObjective says for each side whether a policy keeps every objective: "met", "not met",
// "not shown", or "–".
type ComparedObjective struct {
	Policy string   `json:"policy"`
	Sides  []string `json:"sides"`
}

// ComparedMetric is a metric of all policies on all sides.
type ComparedMetric struct {
	Title    string         `json:"title"`
	Unit     string         `json:"unit"`
	About    string         `json:"about"`
	Better   string         `json:"better"`      // "Higher is better", "Lower is better" or ""
	How      string         `json:"how"`         // paired or not
	Change   string         `json:"change_unit"` // the unit of the changes
	Margin   float64        `json:"margin"`      // in the unit of the changes
	Lines    []ComparedLine `json:"lines"`
	Together bool           `json:"together"` // the last line is the geometric mean of the others
}

// ComparedLine is a policy: its value on each side, and its change for each pair of sides.
type ComparedLine struct {
	Policy  string           `json:"policy"`
	Values  []ComparedNumber `json:"values"`
	Changes []ComparedNumber `json:"changes"`
}

// ComparedNumber is a number with its interval, in the unit that the page shows. Numbers that are
// infinite or not defined are null.
type ComparedNumber struct {
	Text   string   `json:"text"`
	Spread string   `json:"spread"` // the interval, or ""
	Mean   *float64 `json:"mean"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Words  string   `json:"words,omitempty"` // what is shown about a change
	Kind   string   `json:"kind,omitempty"`  // as in ComparedPair
	Doubt  string   `json:"doubt,omitempty"` // why something is left out
}
