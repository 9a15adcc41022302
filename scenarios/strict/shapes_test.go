package strict

import (
	"wavetank/sim/quantity"
	"wavetank/sim/spelling"
)

// The types of a small scenario that the tests read.
type (
	scenario struct {
		Name     string                    `yaml:"name,required" doc:"what the run is called"`
		Seed     uint64                    `yaml:"seed"`
		Duration quantity.Duration         `yaml:"duration"`
		Workload []stream                  `yaml:"workload,required"`
		Policies []policy                  `yaml:"policies,omitempty"`
		Prices   Ordered[quantity.Price]   `yaml:"prices,omitempty"`
		Table    map[int]quantity.Duration `yaml:"table,omitempty"`
		Labels   map[string]string         `yaml:"labels,omitempty"`
		Extra    any                       `yaml:"extra,omitempty"`
		Limit    *int                      `yaml:"limit,omitempty"`
		common   `yaml:",inline"`
	}
	stream struct {
		Model    string   `yaml:"model,required"`
		Arrivals arrivals `yaml:"arrivals"`
		Weight   float64  `yaml:"weight"`
		Batch    int8     `yaml:"batch"`
		Drop     bool     `yaml:"drop"`
		Order    order    `yaml:"order,omitempty"`
	}
	arrivals struct {
		Process string        `yaml:"process"`
		Rate    quantity.Rate `yaml:"rate"`
		Peak    quantity.Rate `yaml:"peak,omitempty"`
	}
	common struct {
		About string `yaml:"about,omitempty" doc:"a sentence about the run"`
	}
	policy struct {
		name  string
		alpha float64
	}
	policyParameters struct {
		Alpha float64 `yaml:"alpha,required"`
	}
	order string
)

func (order) Choices() []string { return []string{"arrival", "deadline"} }

func (a *arrivals) SetDefaults() { a.Process = "poisson" }

func (a *arrivals) Check(_ *Node, report func(path, message string)) {
	if a.Rate <= 0 {
		report("rate", "must be positive")
	}
	if a.Peak != 0 && a.Peak < a.Rate {
		report("", "the peak is below the rate")
	}
}

func (p *policy) DecodeNode(n *Node, d *Decoder) {
	name, params, ok := d.Named(n)
	if !ok {
		return
	}
	known := []string{"static-peak", "threshold"}
	if name != known[0] && name != known[1] {
		d.Fault(n, "unknown policy "+name+spelling.Suggest(name, known))
		return
	}
	p.name = name
	if params != nil {
		var read policyParameters
		d.Decode(params, &read)
		p.alpha = read.Alpha
	}
}

func (p policy) EncodeValue() any {
	if p.alpha == 0 {
		return p.name
	}
	return Ordered[policyParameters]{{p.name, policyParameters{p.alpha}}}
}

func (policy) Shapes() []any {
	return []any{
		RawSchema{"enum": []string{"static-peak", "threshold"}},
		map[string]policyParameters{},
	}
}
