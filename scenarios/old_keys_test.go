package scenarios

import (
	"path/filepath"
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/strict"
)

// TestSharedScenariosOfOldAreRead loads scenarios that were written with old keys. When such a
// scenario is printed, it has only present keys, and its meaning is the same.
func TestSharedScenariosOfOldAreRead(t *testing.T) {
	files, err := filepath.Glob("../../shared/cases/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("there are no shared scenarios here")
	}
	faulty := map[string]string{ // these scenarios contain deliberate mistakes
		"c19-nodes.yaml": "fits on no machine of the fleet", "typo.yaml": "want a name",
	}
	old := 0
	for _, path := range files {
		f, err := file.Load(path, nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		e, err := Prepare(f)
		want, wrong := faulty[filepath.Base(path)]
		if wrong != (err != nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
		for _, warning := range f.Warnings() {
			if !strings.HasPrefix(warning, path+":") || !strings.Contains(warning, `" is now called "`) {
				t.Errorf("%s: %s", path, warning)
			}
		}
		if err != nil || len(f.Warnings()) == 0 {
			continue
		}
		old++
		text, err := e.Resolved()
		if err != nil {
			t.Fatal(err)
		}
		again, err := file.Read(path, text)
		if err != nil {
			t.Fatal(err)
		}
		if left := again.Warnings(); left != nil {
			t.Errorf("%s is printed with old keys: %v", path, left)
		}
		if second, err := strict.Encode(again.Scenario); err != nil || string(second) != string(text) {
			t.Errorf("%s is printed otherwise the second time: %v", path, err)
		}
	}
	if old < 10 {
		t.Errorf("%d scenarios have old keys", old)
	}
}

// TestOldKeysOfACommandLineAreRead sets values at paths with old keys, for files with old and with
// new keys.
func TestOldKeysOfACommandLineAreRead(t *testing.T) {
	stream := func(input, slo string) string {
		return "name: a\nduration: 10m\nworkload:\n  - model: chat\n    input: {normal: " + input + "}\n    output: {fixed: {value: 9}}\n    slo: " + slo +
			"\n    arrivals: {poisson: {rate: 1/s}}\nfleet:\n  - {machine: aws/p5.4xlarge, max: 2}\npolicies: [static-peak]\n"
	}
	for _, text := range []string{
		stream("{mean: 9, sd: 3, max: 99}", "{ttft: 9s}"), stream("{mean: 9, deviation: 3, most: 99}", "{first-token: 9s}"),
	} {
		for _, change := range []file.Change{{Path: "workload[0].input.normal.deviation", Value: "4"}, {Path: "workload[0].input.normal.sd", Value: "4"}} {
			f, err := file.Read("a.yaml", []byte(text), change)
			if err != nil || f.Faults.Err() != nil {
				t.Fatal(err, f.Faults)
			}
			if _, p := f.Scenario.Workload[0].Input.Chosen(); p.(*file.NormalLengths).SD != 4 {
				t.Errorf("%v: the deviation is %v", change, p)
			}
			told := strings.Contains(strings.Join(f.Warnings(), "\n"), `--set workload[0].input.normal.deviation=4: "deviation" is now called "sd"`)
			if told != strings.HasSuffix(change.Path, "deviation") {
				t.Errorf("%v: %q", change, f.Warnings())
			}
		}
	}
}
