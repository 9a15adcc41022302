package scenarios

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/library"
	"wavetank/scenarios/scenariotest"
	"wavetank/scenarios/strict"
)

// FuzzScenario feeds any bytes to the reader of scenarios, which must not panic. If the reader
// accepts a scenario, it must also accept the same scenario when it is written out again.
func FuzzScenario(f *testing.F) {
	for _, name := range library.Names() {
		f.Add(shippedText(f, name))
	}
	f.Add([]byte(scenariotest.Minimal("arrivals: {poisson: {rate: 1e300/s}}\n    service: {lognormal: {scv: 1e9}}")))
	f.Add([]byte(scenariotest.Minimal("arrivals: {day-curve: {mean: 1/s, day: 10s, peak: 100x, cv: 100}}\n    timeout: 2562047h")))
	f.Add([]byte(crowd))
	f.Fuzz(func(t *testing.T, data []byte) {
		first := resolved(t, data)
		if first == nil {
			return
		}
		second := resolved(t, first)
		if !bytes.Equal(first, second) {
			t.Errorf("resolved to\n%s\nand that to\n%s", first, second)
		}
	})
}

// resolved returns a scenario with its defaults filled in, or nil if there is something wrong with
// it.
func resolved(t *testing.T, data []byte, changes ...file.Change) []byte {
	f, err := file.Read("s.yaml", data, changes...)
	if err != nil && len(changes) > 0 {
		return nil // the change cannot be made
	}
	var e *Experiment
	if err == nil {
		f.Shipped = true
		for _, s := range f.Scenario.Workload { // the test must not read files that happen to exist
			if t := s.Arrivals.Trace(); t != nil && t.Common().File != "" {
				t.Common().File = "azure-functions.csv"
			}
		}
		e, err = Prepare(f)
	}
	if err != nil {
		var faults strict.Faults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("error without faults: %v", err)
		}
		return nil
	}
	text, err := e.Resolved()
	if err != nil {
		t.Fatal(err)
	}
	if said := string(text) + e.Summary(); strings.Contains(said, "Inf") || strings.Contains(said, "NaN") || strings.Contains(said, "%!") {
		t.Errorf("a number is none in\n%s", said)
	}
	return text
}

// nasty has values that some key cannot have: of a wrong type, too large, too small, nested, with
// YAML anchors, or unprintable.
var nasty = []string{
	"", "~", "null", "{}", "[]", "[[]]", "{a: }", "0", "-0", "-1", "1", "0.5", "5e-324", "1e-12", "1e15", "1e300", "9223372036854775807", "18446744073709551615", "2147483647", "0x7fffffffffffffff",
	".nan", ".inf", "true", "x", "\"\\e[31m\"", "\"a\\tb\"", "1s", "0s", "1ns", "87600h", "87601h", "-1s", "200 ms", "200MS", "1e300s", "1/s", "1e300/s", "1e-12/s", "0/s", "1GB/s", "1e300GB/s", "1B/s", "1GiB", "1024TiB", "-1B",
	"1$/h", "0$/h", "1e300$/h", "5e-324$/h", "1x", "1e300x", "0x", "1e-9x", "100 %", "0 %", "1e-9 %", "1W", "1e300W", "&a [*a]", "*a", "{<<: {a: 1}}", "{a: 1, a: 2}", "!!binary x",
	"{fixed: {value: 1}}", "{fixed: {value: 2147483647}}", "{normal: {mean: 1e15, sd: 1e15}}", "{lognormal: {scv: 1e15}}", "{lognormal: {scv: 1e-12}}", "{gamma: {scv: 1e-12}}",
	"exponential", "{poisson: {rate: 1e9/s}}", "{mean: 1s, distribution: exponential}", "{count: 100000, zipf: 20}", "{name: x, allocator: follow}", "{follow: {}, hpa: {}}", "[follow, follow]", "../../etc/passwd", "/dev/zero", "=1+1", strings.Repeat("n", 300),
	strings.Repeat("[", 70) + strings.Repeat("]", 70),
}

// FuzzChange puts any value at any place of a shipped scenario. The result must keep the invariants
// of FuzzScenario.
func FuzzChange(f *testing.F) {
	f.Add(uint8(0), uint16(9), "~")
	f.Add(uint8(3), uint16(70), "{fixed: {value: 2147483647}}")
	f.Fuzz(func(t *testing.T, scenario uint8, place uint16, value string) {
		name := library.Names()[int(scenario)%len(library.Names())]
		changedAt(t, name, int(place), value)
	})
}

// changedAt checks a shipped scenario in which the value at one place is replaced. A place beyond
// the last one continues at the first one.
func changedAt(t *testing.T, name string, place int, value string) {
	data := shippedText(t, name)
	f, err := file.Read(name+".yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	paths := pathsOf(f.Document.Root())
	at := paths[place%len(paths)]
	first := resolved(t, data, file.Change{Path: at, Value: value})
	if first == nil {
		return
	}
	if second := resolved(t, first); !bytes.Equal(first, second) {
		t.Errorf("%s with %s=%s is resolved to\n%s\nand that to\n%s", name, at, value, first, second)
	}
}

// pathsOf returns the paths of all values in a document.
func pathsOf(n *strict.Node) []string {
	list := []string{n.Path()}
	for _, item := range n.Items() {
		list = append(list, pathsOf(item)...)
	}
	for _, key := range n.Keys() {
		list = append(list, pathsOf(n.Get(key))...)
	}
	if n.Path() == "" {
		return list[1:]
	}
	return list
}

// TestNastyValues puts nasty values at random places of the shipped scenarios. The environment
// variable NASTY sets how many are tried.
func TestNastyValues(t *testing.T) {
	draws, err := strconv.Atoi(os.Getenv("NASTY"))
	if err != nil {
		draws = 40
	}
	random := rand.New(rand.NewPCG(7, uint64(draws)))
	for range draws {
		name, place, value := library.Names()[random.IntN(len(library.Names()))], random.IntN(1000), nasty[random.IntN(len(nasty))]
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s, place %d = %s: %v\n%s", name, place, value, r, debug.Stack())
				}
			}()
			changedAt(t, name, place, value)
		}()
	}
}
