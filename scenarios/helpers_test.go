package scenarios

import (
	"flag"
	"testing"
)

var update = flag.Bool("update", false, "write the shipped trace and the golden files anew")

// prepare prepares a scenario with changes.
func prepare(t *testing.T, name string, changes ...Change) *Experiment {
	t.Helper()
	f, err := Load(name, changes)
	if err != nil {
		t.Fatal(err)
	}
	e, err := f.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// minimal returns a scenario that is complete but for the arrivals of its one stream.
func minimal(arrivals string) string {
	return `name: minimal
duration: 2m
replications: 2
workload:
  - model: vit
    slo: {latency: 1s}
    ` + arrivals + `
fleet:
  - {machine: aws/g4dn.xlarge, max: 2}
policies: [follow]
`
}
