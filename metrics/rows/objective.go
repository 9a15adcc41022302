package rows

// Objective is the share of the requests of one model, pipeline or class that must be in time.
type Objective struct {
	Scope string `json:"scope"` // scope of the share: "all", a model, a pipeline, "class:NAME"
	Name  string `json:"name"`  // name of the model, pipeline or class
	// share that must be in time; 0: no objective, and About says why
	Percent float64 `json:"percent"`
	About   string  `json:"about"` // what in time means: "latency 200ms"

	// The limits that define in time, in seconds; 0: no limit.
	Latency    float64 `json:"latency_seconds,omitempty"`
	FirstToken float64 `json:"first_token_seconds,omitempty"`
	PerToken   float64 `json:"per_token_seconds,omitempty"`
}
